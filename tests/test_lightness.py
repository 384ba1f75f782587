import subprocess
import sys
import time

HEAVY = ("torch", "transformers", "ctranslate2", "sacrebleu", "sentencepiece", "numpy", "sentencex", "markdown_it")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True)


def test_importing_postedit_loads_nothing_heavy() -> None:
    code = "import sys, postedit; print(*[name for name in sys.argv[1:] if name in sys.modules])"
    assert run("-c", code, *HEAVY).stdout.strip() == ""


def test_every_public_name_can_be_had() -> None:
    run("-c", "import postedit; [getattr(postedit, name) for name in postedit.__all__]")


def test_cleaning_with_the_shipped_model_loads_neither_torch_nor_transformers() -> None:
    code = "import sys, postedit; postedit.clean('It rains .'); print(*[one in sys.modules for one in sys.argv[1:]])"
    assert run("-c", code, "torch", "transformers").stdout.split() == ["False", "False"]


def test_help_answers_at_once() -> None:
    def seconds() -> float:
        started = time.perf_counter()
        run("-m", "postedit", "--help")
        return time.perf_counter() - started

    bare = min(_bare() for _ in range(5))
    assert min(seconds() for _ in range(5)) < 0.3 + bare  # over what an empty Python takes on this machine


def _bare() -> float:
    started = time.perf_counter()
    run("-c", "pass")
    return time.perf_counter() - started
