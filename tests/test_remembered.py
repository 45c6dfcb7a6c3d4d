from fashion_nets.remembered import Remembered


def test_a_result_is_made_once_while_it_is_among_the_last():
    made = []
    remembered = Remembered(most=2)

    def get(key):
        return remembered.get(key, lambda: made.append(key) or f"result {key}")

    assert [get(key) for key in "aab"] == ["result a", "result a", "result b"]
    assert made == ["a", "b"]
    get("a")  # now b is the older one
    get("c")
    get("a")
    assert made == ["a", "b", "c"]
    get("b")
    assert made == ["a", "b", "c", "b"]
