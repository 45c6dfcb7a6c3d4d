"""What experiments ask."""

from typing import NamedTuple

from fashion_nets.reporting.names import STUDY, SWEEP


class Question(NamedTuple):
    """What an experiment asks, and where the lecture does.

    Attributes:
        text: The question.
        section: Of the lecture.
    """

    text: str
    section: str


QUESTIONS: dict[str, Question] = {
    "transfer": Question(
        "Do layers that were trained on other classes help where few images have labels?",
        "2. Transfer Learning",
    ),
    "pretraining": Question(
        "Does an encoder that was trained without labels help where few images have labels?",
        "Unsupervised Pretraining Using Stacked Autoencoders",
    ),
    "gather_more_data": Question(
        "Would more training images help?", "6. Determining Whether to Gather More Data"
    ),
    "coding_size": Question(
        "How many codings does an autoencoder need, and is it better than PCA with as many?",
        "Autoencoder vs PCA (Linear Dimensionality Reduction)",
    ),
    "architectures": Question(
        "What do the architectures that made history reach on the same budget, and what do they cost?",
        "Classical Architectures",
    ),
    SWEEP: Question("Which parameters make a network as good as it can be within a budget?", ""),
    "filters": Question("What does a convolution do to an image?", "Why convolution?"),
    "explain": Question(
        "What has a network learned to see, and what do its predictions rest on?",
        "Convolutional Neural Networks (CNNs or ConvNets)",
    ),
    "predict": Question(
        "What does a network take pictures of your own for?", "Using the model to make predictions"
    ),
    "export": Question(
        "What is a network worth in the formats of other programs?", "Using the model to make predictions"
    ),
}
"""Of the experiments; a study of conf/ states its own."""

EXPERIMENTS = {*QUESTIONS, STUDY}
"""Their namespaces."""
