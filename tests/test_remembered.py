"""A remembered translator answers as the other one does, and asks it nothing twice."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from postedit import FakeTranslator
from postedit.remembered import Remembered
from postedit.translator import Job, Request


class Counting(FakeTranslator):
    def __init__(self) -> None:
        super().__init__({"a": "b", "c": "d"})
        self.asked: list[object] = []

    def translate(self, requests: Sequence[Request], hypotheses: int) -> list[list[str]]:
        self.asked += [(one, hypotheses) for one in requests]
        return super().translate(requests, hypotheses)

    def score(self, requests: Sequence[Request], outputs: Sequence[str]) -> list[float | None]:
        self.asked += zip(requests, outputs, strict=True)
        return super().score(requests, outputs)


@given(st.lists(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")), max_size=5), max_size=5))
def test_answers_are_the_same_and_none_is_asked_for_twice(questions: list[list[tuple[str, str]]]) -> None:
    plain, counting = FakeTranslator({"a": "b", "c": "d"}), Counting()
    remembered = Remembered(counting)
    for question in questions:
        requests = [Request(Job.POLISH, draft=draft) for draft, _ in question]
        outputs = [output for _, output in question]
        for hypotheses in (1, 2):
            assert remembered.translate(requests, hypotheses) == plain.translate(requests, hypotheses)
        assert remembered.score(requests, outputs) == plain.score(requests, outputs)
    assert len(counting.asked) == len(set(counting.asked))


def test_it_says_of_itself_what_the_other_says() -> None:
    plain = FakeTranslator({}, [Job.POLISH, Job.RETRANSLATE], max_tokens=7)
    remembered, request = Remembered(plain), Request(Job.POLISH, draft="a b c")
    assert (remembered.name, remembered.jobs, remembered.max_tokens) == (plain.name, plain.jobs, 7)
    assert remembered.count(request) == plain.count(request) == 3
