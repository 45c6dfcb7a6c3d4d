from fashion_nets.networks.autoencoders.mirrored import (
    MirroredParams,
    add_encoder,
    begin_with_flat_images,
    end_with_decoder,
)


def test_the_decoder_has_the_layers_of_the_encoder_backwards_and_ends_in_images():
    architecture = MirroredParams(
        name="any", hidden_units=(5, 3), codings_size=2, activation="relu", output_activation="sigmoid"
    )
    images, x = begin_with_flat_images((4, 6))
    model = end_with_decoder(images, add_encoder(x, architecture), architecture, "mirrored")
    shapes = {layer.name: layer.output.shape[1:] for layer in model.layers}
    assert shapes == {
        "images": (4, 6),
        "flatten": (24,),
        "encoder_1": (5,),
        "encoder_2": (3,),
        "decoder_1": (3,),
        "decoder_2": (5,),
        "intensities": (24,),
        "reconstructions": (4, 6),
    }
    activations = [layer.activation.__name__ for layer in model.layers if hasattr(layer, "activation")]
    assert activations == ["relu"] * 4 + ["sigmoid"]
