"""What an image set is: its files, its checks, where to find it and how to split it. No Keras, no Kedro."""
