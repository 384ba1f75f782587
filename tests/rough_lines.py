"""Invented lines: source, rough draft, reference. Small enough to run the real model on in a second."""

LINES = (
    ("新图书馆于6月1日开放。", "The new library opened on 1 June .", "The new library opened on June 1."),
    ("河水上涨了两米。", "The the river rose by two metres.", "The river rose by two meters."),
    ("他说：“我们会回来的。”", 'He say : "We will come back."', 'He said, "We will come back."'),
    ("市场每天七点开门。", "The market is open at seven in the every day.", "The market opens at seven every day."),
    ("村民们种了三千棵树。", "The villagers have plant 3,000 trees.", "The villagers have planted 3,000 trees."),
    ("学校没有关闭。", "The school not closed.", "The school did not close."),
    ("这座桥长400米，建于1998年。", "The bridge is 400 metres long, was built in 1998.",
     "The bridge, 400 meters long, was built in 1998."),
    ("第二天下了大雪。", "The second day fell heavy snow.", "It snowed heavily the next day."),
    ("工厂去年亏损。", "Factory lost money in last year.", "The factory lost money last year."),
    ("老师和学生一起唱歌。", "The teachers and students sing together songs.", "Teachers and students sang."),
    ("天气很好。", "The weather is good.", "The weather is good."),
    ("火车晚点了一个小时。", "The train was late for one hour .", "The train was an hour late."),
)  # fmt: skip


def table(lines: tuple[tuple[str, str, str], ...] = LINES, system: str = "tiny.engine") -> str:
    """The lines as a set of triples."""
    return "".join(f"{source}\t{draft}\t{reference}\t{system}\n" for source, draft, reference in lines)
