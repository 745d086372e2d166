"""Masked 脱敏 names and phones: enough for a guard to compare with a person, never the whole of any name.

The shapes are those of docs/credentials.md: 张明 → 张*, 张小明 → 张*明, 欧阳娜娜 → 欧阳*娜,
买买提·阿卜杜拉 → 买**·阿**拉, Maria Schmidt → M*** S*****t.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 32  # a pass holds no longer name (credentials.md §1)

_STAR = "*"
_HIDDEN_BEFORE_THE_LAST = 3
_SHOWS_BOTH_ENDS = 3  # from this length a part may show its last character as well as its first
_DOTS = "·・•‧∙⋅･"
_SEPARATOR = re.compile(r"([ ·])")

# Surnames of two characters; the dictionary of standard modern Chinese and the 2020 register's common ones.
COMPOUND_SURNAMES = frozenset(
    "欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 东方 東方 皇甫 尉迟 尉遲 公孙 公孫 慕容 令狐 长孙 長孫 宇文 司徒 司空 "
    "夏侯 轩辕 軒轅 端木 独孤 獨孤 南宫 南宮 西门 西門 百里 呼延 申屠 太史 闻人 聞人 钟离 鍾離 澹台 澹臺 濮阳 濮陽 "
    "赫连 赫連 万俟 鲜于 鮮于 公冶 宗政 淳于 单于 單于 太叔 仲孙 仲孫 公羊 乐正 樂正 东郭 東郭 南门 南門 羊舌 微生 "
    "梁丘 左丘 段干 第五 拓跋 纳兰 納蘭 完颜 完顏 耶律 叶赫 葉赫 哥舒 贺兰 賀蘭 子车 子車 颛孙 顓孫 巫马 巫馬 公西 "
    "漆雕 壤驷 公良 夹谷 宰父 谷梁 榖梁 即墨 达奚 达氏 褚师 拓拔 东门 西陵 北堂 公仪 公儀 南荣 东里 亓官 司寇".split()
)


def mask(name: str) -> str:
    """Return a name's masked form: 1 to 32 characters that hide at least one character of each of its parts.

    A part is what stands between spaces or middle dots. The last part shows its first and last character, the others
    their first alone, with at most three stars, so that a long given name does not tell its length. Anything that
    could steer a terminal or hide text (controls, bidirectional marks) is dropped first, stars too.
    """
    parts = [part for part in _SEPARATOR.split(_readable(name)) if part]
    words = [n for n, part in enumerate(parts) if part not in {" ", "·"}]
    if not words:
        return _STAR
    for n in words[:-1]:
        parts[n] = _masked_before_the_last(parts[n])
    last = words[-1]
    parts[last] = _masked_last(parts[last])
    return _short_enough([parts[n] for n in words], "".join(parts[: last + 1]))


def mask_phone(phone: str) -> str:
    """Return a phone with only its last two digits readable: `*********34`, as the console shows it."""
    digits = [character for character in phone if character.isdigit()]
    return _STAR * max(len(digits) - 2, 3) + "".join(digits[-2:] if len(digits) > 3 else "")  # noqa: PLR2004


def _readable(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name)
    for dot in _DOTS:
        folded = folded.replace(dot, "·")
    kept = "".join(
        c if not c.isspace() else " " for c in folded if c.isspace() or unicodedata.category(c)[0] not in "CM"
    )
    return re.sub(r" *([ ·])[ ·]*", r"\1", kept.replace(_STAR, "")).strip(" ·")


def _masked_before_the_last(part: str) -> str:
    if len(part) == 1:
        return _STAR
    return part[0] + _STAR * min(len(part) - 1, _HIDDEN_BEFORE_THE_LAST)


def _masked_last(part: str) -> str:
    if len(part) == 1:
        return _STAR
    shown = 2 if part[:2] in COMPOUND_SURNAMES and len(part) > 2 else 1  # noqa: PLR2004 - 欧阳 alone is a whole name
    if len(part) - shown < _SHOWS_BOTH_ENDS - 1:
        return part[:shown] + _STAR * (len(part) - shown)
    return part[:shown] + _STAR * (len(part) - shown - 1) + part[-1]


def _short_enough(words: list[str], whole: str) -> str:
    """Cut what a pass cannot hold: the middle names first, then stars; both ends stay."""
    if len(whole) <= LONGEST:
        return whole
    ends = words[-1] if len(words) == 1 else f"{words[0]} {words[-1]}"
    if len(ends) <= LONGEST:
        return ends
    return ends[: LONGEST - 1] + ends[-1]
