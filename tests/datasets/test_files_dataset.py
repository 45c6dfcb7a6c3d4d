from fashion_nets.datasets import FilesDataset


def test_files_are_stored_by_their_paths_and_loaded_again(tmp_path):
    files = {"a.txt": b"a", "folder/deep/b.bin": b"\0\xff"}
    dataset = FilesDataset(filepath=str(tmp_path / "files"))
    assert not dataset.exists()
    dataset.save(files)
    assert dataset.exists()
    assert (tmp_path / "files" / "folder" / "deep" / "b.bin").read_bytes() == b"\0\xff"
    assert dataset.load() == files
