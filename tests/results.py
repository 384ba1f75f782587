"""Results as `clean` and `eval` write them, small, for whoever reads one."""

from typing import Any

from postedit.scores import score_systems
from postedit.significance import Resampling

EVIL = "<script>document.title='owned'</script></script><img src=x onerror=\"document.title='owned'\">&amp;"


def segment(index: int = 0, draft: str = "He come home.", text: str = "He came home.", **more: Any) -> dict[str, Any]:
    status = "edited" if draft != text else "kept"
    return {
        "number": index + 1,
        "kind": "paragraph",
        "draft": draft,
        "text": text,
        "status": status,
        "source": None,
        **more,
    }


def article(*segments: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": "a1", "segments": list(segments), **more}


def evaluation(count: int = 12) -> dict[str, Any]:
    references = [f"On day {number} the ferry carried {number * 7} people home." for number in range(count)]
    drafts = [text.replace("carried", "has carry").replace("home", "to home") for text in references]
    cleaned = [
        text if number % 3 else draft for number, (text, draft) in enumerate(zip(references, drafts, strict=True))
    ]
    systems = {"draft": drafts, "cleaned": cleaned, "without repairs": drafts, "oracle": references}
    scores = score_systems(systems, references, ["bleu", "chrf"], resampling=Resampling(100, trials=100))
    segments = [
        segment(n, draft, text, reference=reference, reason="polish: predicted to gain")
        for n, (draft, text, reference) in enumerate(zip(drafts, cleaned, references, strict=True))
    ]
    return {
        "suite": "ferries",
        "signature": "postedit|test",
        "systems": {name: found.to_dict()["scores"] for name, found in scores.items()},
        "segments": segments,
    }
