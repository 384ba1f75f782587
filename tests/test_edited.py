from hypothesis import given, settings
from hypothesis import strategies as st

from postedit.article import Article, Block, Candidate, Choice, Kind, Origin, Rejected, Segment, Status
from postedit.edited import Edited, cuts

DRAFT = Candidate("He come.", Origin.DRAFT)
POLISH = Candidate("He came.", Origin.POLISH, -0.1)


def edited(page: str, *blocks: Block, choices: tuple[Choice, ...] = (), keep_furniture: bool = False) -> Edited:
    return Edited(Article("a", page, blocks), choices, keep_furniture=keep_furniture)


def test_a_chosen_rewrite_stands_where_its_segment_stood() -> None:
    choice = Choice(Segment("He come.", 2), POLISH, "polish", Status.EDITED, (Rejected(DRAFT, "worse"),))
    assert edited("> He come. \n", Block(2, 10), choices=(choice,)).text == "> He came. \n"


def test_a_kept_segment_is_the_draft_to_the_byte_even_with_markup_in_it() -> None:
    segment = Article("a", "A *b* c", (Block(0, 7),))
    choice = Choice(Segment("A *b* c", 0), Candidate("A b c", Origin.DRAFT), "kept", Status.KEPT)
    assert Edited(segment, (choice,)).text == "A *b* c"


def test_furniture_goes_with_its_lines_and_the_text_ends_as_it_ended() -> None:
    page = "Home > News\n\nIt rained.\n\nNo comments:\n\nPost a Comment\n"
    blocks = (
        Block(0, 11, Kind.FURNITURE),
        Block(13, 23),
        Block(25, 37, Kind.FURNITURE),
        Block(39, 53, Kind.FURNITURE),
    )
    assert edited(page, *blocks).text == "It rained.\n"
    assert edited(page, *blocks, keep_furniture=True).text == page


def test_windows_line_ends_survive_the_cut() -> None:
    page = "It rained.\r\n\r\nShare\r\n"
    assert edited(page, Block(0, 10), Block(14, 19, Kind.FURNITURE)).text == "It rained.\r\n"


def test_furniture_that_shares_its_line_stays() -> None:
    page = "| Share | It rained. |"
    assert edited(page, Block(2, 7, Kind.FURNITURE), Block(10, 20)).text == page


def test_a_page_of_nothing_but_furniture_is_kept_because_the_labels_must_be_wrong() -> None:
    page = edited("Share\n", Block(0, 5, Kind.FURNITURE))
    assert page.text == "Share\n"
    assert page.to_json()["furniture"][0]["dropped"] is False


def test_what_is_no_block_stays_between_furniture_and_prose() -> None:
    page = "It rained.\n\nShare\n\n[1]: http://x.cn\n\nThe [sun][1] came.\n"
    blocks = (Block(0, 10), Block(12, 17, Kind.FURNITURE), Block(36, 54))
    assert edited(page, *blocks).text == page.replace("Share\n\n", "")


def test_the_details_hold_every_candidate_and_why_it_lost() -> None:
    choice = Choice(Segment("He come.", 0), POLISH, "polish: gains", Status.EDITED, (Rejected(DRAFT, "worse"),))
    segment = edited("He come.", Block(0, 8), choices=(choice,)).to_json()["segments"][0]
    assert [(row["origin"], row["chosen"], row["rejected"]) for row in segment["candidates"]] == [
        ("draft", False, "worse"),
        ("polish", True, None),
    ]
    assert (segment["start"], segment["end"], segment["text"]) == (0, 8, "He came.")


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["It rained.", "Share", "第一"]), st.booleans()), max_size=8))
def test_cutting_furniture_never_cuts_prose(parts: list[tuple[str, bool]]) -> None:
    page, blocks = "", []
    for text, furniture in parts:
        kind = Kind.FURNITURE if furniture else Kind.PARAGRAPH
        blocks.append(Block(len(page), len(page) + len(text), kind))
        page += text + "\n\n"
    for start, end in cuts(page, blocks):
        assert all(block.end <= start or block.start >= end for block in blocks if block.kind is Kind.PARAGRAPH)
    left = edited(page, *blocks).text
    if all(furniture for _, furniture in parts):
        assert left == page
        return
    assert left.split() == " ".join(text for text, furniture in parts if not furniture).split()
