"""The line that says what made a result, so that the same line means the same result."""

from postedit import __version__
from postedit.config import Config
from postedit.gate import Gate
from postedit.glossary import Glossary
from postedit.known_names import names_digest
from postedit.rare_words import rare_words_digest
from postedit.translator import Translator


def run_signature(translator: Translator | None, gate: Gate, config: Config, glossary: Glossary | None = None) -> str:
    """Versions, model and every setting that changes the text.

    >>> run_signature(None, Gate(), Config())
    'postedit|v:...|model:none|zh-en|names:...|words:...|furniture:drop'
    """
    parts = ["postedit", f"v:{__version__}"]
    if translator is None:
        parts.append("model:none")
    else:
        parts += [
            f"model:{translator.name}",
            f"hyp:{config.hypotheses}",
            f"gate:{gate.margin:g}/{gate.max_edit_rate:g}{f'/{gate.predictor.digest}' if gate.predictor else ''}",
            *([f"polish:{gate.polishing.digest}"] if gate.polishing else []),
            *([f"judge:{gate.judge.name}/{gate.least_gain:g}"] if gate.judge else []),
        ]
    furniture = "keep" if config.keep_furniture else "drop"
    languages = f"{config.source_language}-{config.target_language}"
    parts += [languages, f"names:{names_digest()}", f"words:{rare_words_digest()}", f"furniture:{furniture}"]
    parts += [f"glossary:{glossary.digest}"] if glossary else []
    return "|".join([*parts, "together"] if config.together else parts)
