"""Models on the hub: fetched once, then read from its cache."""

import re
from pathlib import Path

from postedit.errors import ModelError

_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
_WANTED = ("*.safetensors", "*.json", "*.model", "*.spm", "*.txt", "README.md")


def is_hub_id(name: str) -> bool:
    """Whether a name has the form of a hub id: owner/name."""
    return _HUB_ID.fullmatch(name) is not None


def fetched(hub_id: str, *, offline: bool) -> Path:
    """The folder of a hub id in the hub's cache, fetched if it is not there and may be."""
    from huggingface_hub import constants, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(hub_id, local_files_only=offline, allow_patterns=list(_WANTED)))
    except (LocalEntryNotFoundError, HfHubHTTPError, HFValidationError, OSError) as error:
        cause = "offline, and" if offline else f"the hub did not give it ({_brief(error)}), and"
        raise ModelError(
            f"model {hub_id!r}: {cause} it is not in the cache {constants.HF_HUB_CACHE}. "
            f"Fetch it once with a network (huggingface-cli download {hub_id}), or name a folder that holds it."
        ) from error


def _brief(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
