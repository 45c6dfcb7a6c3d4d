from fashion_nets.tracking.parameters import that_matter


def test_what_is_for_people_or_of_one_machine_does_not_matter():
    flat = {
        "mlp.units": [300, 100],
        "studies.losses.question": "Which loss?",
        "architectures.reuse": True,
        "mlp.training.resume": True,
        "data_ingestion.url": "https://example.org/images.gz",
        "data_ingestion.folder": "/home/me/images",
        "filters.image": "images/holiday.jpg",
    }
    assert that_matter(flat) == {"mlp.units": [300, 100], "filters.image": "images/holiday.jpg"}
