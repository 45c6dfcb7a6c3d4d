"""What a result was made from, so that it can be told whether it would come out the same again."""
