"""Files and strings become articles; a result is whole or absent."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from postedit.alignment import align
from postedit.cli import main
from postedit.errors import ArticleError, OutputError
from postedit.formats import atomic, parse, read
from postedit.segments import segment

# A process of its own may write 4 KiB a file and no more; the kernel stops it as it stops one on a full disk.
WRITE_MORE_THAN_ALLOWED = """
import resource, signal, sys
from pathlib import Path
from postedit.errors import OutputError
from postedit.formats import atomic
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    atomic.write(Path(sys.argv[1]), b"x" * 1_000_000)
except OutputError as error:
    print(error)
"""


@pytest.mark.parametrize("name", ["a.txt", "a.text", "a", "a.log"])
def test_a_file_is_plain_text_unless_its_suffix_says_otherwise(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("# Hello\n", encoding="utf-8")
    [article] = read(tmp_path / name)
    assert (article.id, article.draft, article.blocks[0].start) == (name, "# Hello\n", 0)


@pytest.mark.parametrize("name", ["a.md", "A.MD", "a.markdown"])
def test_a_markdown_file_is_read_as_markdown(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("# Hello\n", encoding="utf-8")
    assert read(tmp_path / name)[0].blocks[0].start == 2


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson"])
def test_a_jsonl_file_is_one_article_a_record(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('{"id": "x", "draft": "Hello."}\n{"draft": ""}\n', encoding="utf-8")
    assert [article.id for article in read(tmp_path / name)] == ["x", "2"]


def test_a_source_file_is_cut_into_blocks_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "en.txt").write_text("Hello.\n\nBye.\n", encoding="utf-8")
    (tmp_path / "zh.txt").write_bytes("　　你好，今天一切顺利。\r\n再见。\r\n回头见。".encode("gb18030"))
    [article] = read(tmp_path / "en.txt", source=tmp_path / "zh.txt")
    assert article.source is not None
    assert [article.source[block.start : block.end] for block in article.source_blocks] == [
        "你好，今天一切顺利。",
        "再见。",
        "回头见。",
    ]


def test_a_source_in_markdown_says_what_a_reader_sees(tmp_path: Path) -> None:
    draft, source = tmp_path / "a.md", tmp_path / "a.zh.md"
    draft.write_text("# He come\n\nHe *come* home to [Ganzhou](http://a.cn).\n", encoding="utf-8")
    source.write_text("# 他来了\n\n他*回*[赣州](http://a.cn)了。\n", encoding="utf-8")
    [article] = read(draft, source=source)
    assert [one.source for one in align(segment(article), article)] == ["他来了", "他回赣州了。"]
    assert main(["clean", str(draft), "--source", str(source), "--model", "none", "-o", str(tmp_path / "o.md")]) == 0
    told = json.loads((tmp_path / "o.md.json").read_text(encoding="utf-8"))
    assert [one["source"] for one in told["segments"]] == ["他来了", "他回赣州了。"]
    [article] = read(draft, source=source.rename(tmp_path / "zh.txt"))
    assert align(segment(article), article)[0].source == "# 他来了"


def test_a_source_with_records_is_refused(tmp_path: Path) -> None:
    for name, content in (("a.jsonl", '{"draft": "Hello."}'), ("a.txt", "Hello.")):
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(ArticleError, match="records carry their own"):
        read(tmp_path / "a.jsonl", source=tmp_path / "a.txt")
    with pytest.raises(ArticleError, match="a source is text or Markdown"):
        read(tmp_path / "a.txt", source=tmp_path / "a.jsonl")


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(ArticleError, match="there is no format 'docx'"):
        parse("Hello.", "docx", "a1")


@pytest.mark.parametrize("page", ["<!DOCTYPE html>\n<p>News</p>", "\n<!-- saved -->\n<HTML lang=zh><body>"])
def test_a_web_page_is_refused_with_what_to_do(page: str) -> None:
    with pytest.raises(ArticleError, match=r"'a': its draft is a web page \(HTML\)\. Save it as plain text"):
        parse(page, "text", "a")
    with pytest.raises(ArticleError, match="its source is a web page"):
        parse("News.", "markdown", "a", page)
    assert parse("<b>html</b> is read as text.", "markdown", "a").draft.startswith("<b>")


def test_an_empty_string_is_an_article_without_blocks() -> None:
    assert parse("", "text", "a1").blocks == ()


def test_a_missing_file_a_folder_and_a_broken_disk_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match="there is no such file"):
        read(tmp_path / "none.txt")
    with pytest.raises(ArticleError, match="is a folder"):
        read(tmp_path)
    (tmp_path / "a.txt").write_text("Hello.", encoding="utf-8")
    with pytest.raises(ArticleError, match="cannot be read"):
        read(tmp_path / "a.txt" / "b.txt")


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that fails when it is read")
def test_a_file_that_fails_when_read_is_a_sentence() -> None:
    with pytest.raises(ArticleError, match="cannot be read"):
        read(Path("/proc/self/mem"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
def test_what_may_not_be_read_or_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Hello.", encoding="utf-8")
    (tmp_path / "a.txt").chmod(0)
    with pytest.raises(ArticleError, match="may not be read"):
        read(tmp_path / "a.txt")
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(OutputError, match="cannot be written to"):
        atomic.write(tmp_path / "b.txt", b"Hello.")


def test_a_folder_that_nobody_can_write_to_is_a_sentence() -> None:
    with pytest.raises(OutputError, match=r"out\.txt: .*Choose another"):
        atomic.write(Path("/proc/made/out.txt"), b"Hello.")


def test_a_result_replaces_what_stood_there(tmp_path: Path) -> None:
    out = tmp_path / "new" / "out.txt"
    atomic.write(out, b"first")
    atomic.write(out, b"second")
    assert out.read_bytes() == b"second"
    assert [file.name for file in out.parent.iterdir()] == ["out.txt"]


def test_what_is_in_the_way_is_named_and_stays(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"mine")
    (tmp_path / "out.txt.partial").mkdir()
    for place, sentence in (
        ("folder", "there is a folder of that name"),
        ("file/out.txt", "is not a folder"),
        ("out.txt", "a folder called out.txt.partial"),
    ):
        with pytest.raises(OutputError, match=sentence):
            atomic.write(tmp_path / place, b"Hello.")
    assert (tmp_path / "file").read_bytes() == b"mine"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["file", "folder", "out.txt.partial"]


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="needs a limit on the size of files")
def test_a_full_disk_leaves_the_old_result_and_nothing_half_written(tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    out.write_bytes(b"old")
    code = [sys.executable, "-c", WRITE_MORE_THAN_ALLOWED, str(out)]
    paths = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    told = subprocess.run(code, check=True, capture_output=True, text=True, env=paths)
    assert "the disk is full" in told.stdout
    assert out.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["out.txt"]


@pytest.mark.skipif(not shutil.which("mount") or os.geteuid() != 0, reason="needs a small disk of its own")
def test_a_small_disk_that_runs_full_is_a_sentence(tmp_path: Path) -> None:
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(tmp_path)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("may not mount a small disk")
    try:
        with pytest.raises(OutputError, match="the disk is full"):
            atomic.write(tmp_path / "out.txt", b"x" * 100_000)
        assert list(tmp_path.iterdir()) == []
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


def test_of_files_that_belong_together_none_changes_where_one_cannot_be_written(tmp_path: Path) -> None:
    result, details = tmp_path / "out.txt", tmp_path / "out.txt.json"
    atomic.write(result, b"before")
    details.mkdir()
    with pytest.raises(OutputError, match="there is a folder of that name"):
        atomic.write_all({result: b"after", details: b"{}"})
    assert result.read_bytes() == b"before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.txt", "out.txt.json"]
    details.rmdir()
    atomic.write_all({result: b"after", details: b"{}"})
    assert (result.read_bytes(), details.read_bytes()) == (b"after", b"{}")
