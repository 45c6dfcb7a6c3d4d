"""What a page says beside what it shows, by kind of figure or table."""

from typing import NamedTuple

from fashion_nets.reporting.questions import EXPERIMENTS


class Caption(NamedTuple):
    """What stands above and below something.

    Attributes:
        heading: What it is.
        text: What to look for.
        section: Where the lecture tells of it; "" if it does not.
    """

    heading: str
    text: str = ""
    section: str = ""


CAPTIONS: dict[str, Caption] = {
    "metrics": Caption(
        "Results",
        "Measured on the test set, which chose nothing, and on the validation set; in brackets the 95 % "
        "confidence interval of an accuracy.",
        "Training and evaluating the model",
    ),
    "diagram_plot": Caption(
        "Layers",
        "Images enter at the top, and each box is a layer with the size of what it gives. Look where the "
        "parameters are: in dense layers there are many, in convolutions few.",
        "Creating the model using the Sequential API",
    ),
    "layers": Caption("Layers in numbers", "A row for each layer, from the input up."),
    "costs_plot": Caption(
        "What each layer costs",
        "Multiplications of one image, forward, and memory while a batch is trained. The longest bar is the "
        "layer to begin with where a network is too slow or too large.",
        "Memory Requirements",
    ),
    "costs": Caption("Costs in numbers", "Of the whole network."),
    "learning_curves_plot": Caption(
        "Learning curves",
        "After each epoch: training dashed, validation solid. Where validation gets worse while training "
        "gets better, the network learns its images by heart; where both still fall, more epochs would help.",
        "Learning Curves from the model's history",
    ),
    "history": Caption("Epochs in numbers", "A row for each epoch."),
    "confusion_matrix_plot": Caption(
        "Confusion matrix",
        "A row for each true class, a column for each predicted one. What is off the diagonal is wrong: the "
        "darkest of these squares are the classes that look alike to the network.",
        "Using the model to make predictions",
    ),
    "class_report": Caption(
        "Each class",
        "Precision: how many of the images that were called so are so. Recall: how many of the images that "
        "are so were called so. The lowest numbers name the hardest classes.",
        "Using the model to make predictions",
    ),
    "mistakes_plot": Caption(
        "Worst mistakes",
        "The test images that are wrong with the highest confidence. Would you have known better? Some "
        "labels are doubtful themselves.",
        "Using the model to make predictions",
    ),
    "reconstructions_plot": Caption(
        "Reconstructions",
        "Above the original, below what is left of it after it went through the codings. Outlines come back, "
        "fine patterns are lost.",
        "Visualizing Reconstructions",
    ),
    "generated_images_plot": Caption(
        "Images out of random codings",
        "No image went in. Where the decoder has learned what garments have in common, they look like some.",
        "Autoencoders (AEs)",
    ),
    "walk_plot": Caption(
        "On the way from one garment to another",
        "Codings between those of two images, decoded. Each step should look like a garment, not like two of "
        "them on top of each other.",
        "Autoencoders (AEs)",
    ),
    "projections_plot": Caption(
        "Projections of the codings",
        "Each point is a validation image, each colour a class. Classes that lie apart can be told apart by "
        "their codings; those on top of each other cannot, at least in two dimensions.",
        "Dimensionality Reduction",
    ),
    "projection_scores": Caption(
        "Projections in numbers", "How well a class is known by its nearest neighbours in the projection."
    ),
    "thumbnails_plot": Caption(
        "What lies where",
        "The same points as images. Neighbours should look alike: look for boots, bags and trousers in "
        "regions of their own.",
        "Dimensionality Reduction",
    ),
    "interactive_projection": Caption(
        "The projections to explore", "A page of its own: point at an image to see it.", "AE Applications"
    ),
    "coding_scores": Caption(
        "What the codings know",
        "How well classes are told by the codings, beside PCA of the pixels with as many components.",
        "Autoencoder vs PCA (Linear Dimensionality Reduction)",
    ),
    "pca_comparison_plot": Caption(
        "Beside PCA",
        "A linear autoencoder spans the plane of the first principal components, if it is trained to the "
        "end. Look whether the two clouds are the same but for a turn.",
        "Autoencoder vs PCA (Linear Dimensionality Reduction)",
    ),
    "pca_comparison": Caption("Beside PCA, in numbers"),
    "sparsity_plot": Caption(
        "Few codings at a time",
        "The penalty drives most codings of an image to nothing. Look how far the bars on the right fall: "
        "codings that are active in no image are wasted, those active in all of them tell nothing.",
    ),
    "denoised_images_plot": Caption(
        "Noise removed",
        "Noisy images, and what filters and the network make of them. A filter blurs edges with the noise; "
        "the network knows what garments look like.",
        "Denoising Autoencoders",
    ),
    "denoising_scores": Caption(
        "Noise removed, in numbers", "The signal-to-noise ratio in decibels: higher is better."
    ),
    "filter_sizes": Caption("Filters that were tried", "On validation images; the best size goes on."),
    "class_examples": Caption(
        "Images of each class",
        "Random training images, a row for each class. Shirts, coats and pullovers look alike: expect most "
        "mistakes among these.",
        "Creating the model using the Sequential API",
    ),
    "data_card": Caption("Data card", "What was verified, and what was found to be odd about the images."),
    "answer": Caption("The answer"),
    "curves": Caption(
        "Learning curves of all variants",
        "Training dashed, validation solid, the mean over seeds with its spread, which is that of single "
        "trainings. Which means differ is told in the title of the answer, with its interval.",
        "Learning Curves from the model's history",
    ),
    "further_figures": Caption("What else the study shows"),
    "activation_functions": Caption(
        "Activation functions",
        "The functions and their slopes. Where a slope is near zero, nothing is learned through it.",
        "1.2. Non-Saturating Activation Functions",
    ),
    "comparison_plot": Caption(
        "The answer",
        "Each point is a training with a seed of its own. Points of two ways may overlap where their means "
        "differ: the title tells the means, the table their deviations.",
    ),
    "transfer.learning_curves_plot": Caption(
        "Learning curves of all ways",
        "Reused layers begin where others arrive. Look at the first epochs, and at the jump where frozen "
        "layers begin to learn.",
        "2. Transfer Learning",
    ),
    "learning_curve_plot": Caption(
        "Errors by the number of images",
        "Training and test error on growing parts of the training set, and where the fitted power law goes. "
        "Where the two curves have met, more images will not help.",
        "6. Determining Whether to Gather More Data",
    ),
    "conclusion": Caption("Claims of the lecture", "Which hold, and what is ahead of what beyond noise."),
    "history_plot": Caption("The search", "Where the orange line is flat, more trials would hardly help."),
    "importance_plot": Caption("What mattered", "What explains little may be left as it is."),
    "parallel_coordinates_plot": Caption("What trials have chosen", "A value is good where blue lines meet."),
    "sweep.verdict": Caption("The winner in numbers"),
    "finals": Caption("The winner's trainings", "A row for each seed."),
    "trials_table": Caption("Every trial", "A row for each rung that a trial has reached."),
    "best": Caption("The winner's parameters", "A file for kedro run --config."),
    "verdict": Caption("The verdict in numbers", "", "6. Determining Whether to Gather More Data"),
    "errors_plot": Caption(
        "Errors by the number of codings",
        "More codings, less error. PCA is the best that a linear network can do: where the autoencoder lies "
        "below it, its bends pay.",
        "Autoencoder vs PCA (Linear Dimensionality Reduction)",
    ),
    "accuracy_plot": Caption(
        "Accuracy by cost",
        "All architectures on the same budget. The best are at the upper left: accurate and cheap.",
        "Classical Architectures",
    ),
    "parameters_plot": Caption(
        "Parameters by year",
        "As published. Networks got deeper and, after VGG, smaller.",
        "Classical Architectures",
    ),
    "diagrams": Caption("The architectures", "As they are trained here.", "Classical Architectures"),
    "filtered_image_plot": Caption(
        "Filters that people designed",
        "The same image smoothed, sharpened and with its edges found: each by one small matrix of numbers, "
        "as a layer of a network learns them.",
        "Why convolution?",
    ),
    "convolution_matrix_plot": Caption(
        "A convolution is a matrix product",
        "The same few numbers in every row, moved on by one: shared weights, and zeros everywhere else.",
        "1.2. Shared-weight Neural Networks",
    ),
    "circulant_matrix_plot": Caption(
        "A circulant matrix",
        "What becomes of that matrix where the image goes on at its other side.",
        "1.2. Shared-weight Neural Networks",
    ),
    "kernels_plot": Caption(
        "Kernels of the first layer",
        "What the network looks for first: edges and spots, found by training.",
        "Convolutional Neural Networks (CNNs or ConvNets)",
    ),
    "feature_maps_plot": Caption(
        "Feature maps of one image",
        "Where each kernel finds what it looks for. Deeper maps are coarser, and tell more of the whole.",
        "Convolutional Neural Networks (CNNs or ConvNets)",
    ),
    "heat_maps_plot": Caption(
        "What predictions rest on",
        "Warm regions made the network choose its class (Grad-CAM). Look whether they lie on the garment.",
        "Convolutional Neural Networks (CNNs or ConvNets)",
    ),
    "pictures_plot": Caption(
        "Pictures as the network sees them",
        "Above each picture its file, below it the class with its probability, and whether it was negated, "
        "as it is where the garment is darker than its background. Where it does not look "
        "like a garment on white paper, look at the photograph: one garment "
        "alone before a plain background works best.",
    ),
    "predict.table": Caption("Predictions", "The three most probable classes of each picture."),
    "formats_plot": Caption(
        "In other programs",
        "The same network in each format: how large it is, how long an image takes on one core, how right "
        "it is, and whether it says what Keras says. Formats with floats should say the same; integers of 8 "
        "bits take a quarter of the space, which a classifier stands better than an autoencoder.",
    ),
    "formats": Caption("Formats in numbers"),
    "left_out": Caption("What was not written", "Formats that are left out, with the reason."),
    "unread": Caption("What could not be read", "Files that are left out, with the reason."),
    "comparison": Caption("In numbers", "The mean and the standard deviation over seeds."),
    "errors": Caption("In numbers", "The mean and the standard deviation over seeds."),
    "tables": Caption("Every trial", "A row for each training, with its seed."),
    "codings_comparison": Caption("What the codings of autoencoders know"),
    "denoising_metrics": Caption("Noise removed, by name"),
    "experiment.history": Caption("Epochs of all trainings", "A row for each epoch of each way."),
    "experiment.metrics": Caption("By name", "The same numbers by the names that MLflow knows."),
}
"""By own name; of experiments with another caption by whole name or ``experiment.…``. In reading order."""

UNSEEN = {"denoising_metrics"}
"""Datasets that say the same as others."""

FOLDED = {
    "layers",
    "costs",
    "history",
    "class_report",
    "projection_scores",
    "coding_scores",
    "pca_comparison",
    "filter_sizes",
    "tables",
    "conclusion",
    "trials_table",
    "verdict",
    "data_card",
    "experiment.history",
    "experiment.metrics",
}
"""Tables that open at a click."""


def caption_of(dataset: str) -> Caption:
    """What a page says of a dataset; of one that nobody has described, its name."""
    plain = Caption(own_name(dataset).removesuffix("_plot").replace("_", " ").capitalize())
    return CAPTIONS.get(_key_of(dataset), plain)


def is_described(dataset: str) -> bool:
    """Whether a dataset has a caption."""
    return _key_of(dataset) in CAPTIONS


def is_folded(dataset: str) -> bool:
    """Whether a dataset opens at a click."""
    return _key_of(dataset) in FOLDED


def own_name(dataset: str) -> str:
    """The name of a dataset within its namespace."""
    return dataset.rpartition(".")[2]


def reading_order(datasets: set[str]) -> list[str]:
    """Sort datasets as they are shown: as they are described, then the others by name."""
    described = {name: place for place, name in enumerate(CAPTIONS)}
    return sorted(datasets, key=lambda name: (described.get(_key_of(name), len(described)), name))


def _key_of(dataset: str) -> str:
    """By what a dataset is described: its whole name, what all experiments have, or its own name."""
    namespace, _, own = dataset.rpartition(".")
    of_experiments = f"experiment.{own}" if namespace in EXPERIMENTS else own
    return next((key for key in (dataset, of_experiments) if key in CAPTIONS), own)
