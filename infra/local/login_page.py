"""What the embedded login shows: the example district's accounts and a form for any other, in both languages.

No script: each account is a button of one form. Whatever comes from the request is escaped.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import Final

from infra.paths import ROOT

# Role -> its name in both languages.
ROLES: Final = {
    "unit": "单位 Unit",
    "lab": "检测机构 Laboratory",
    "officer": "管理人员 Officer",
    "worker": "网格员 Grid worker",
    "tracer": "溯源审批员 Tracer",
    "auditor": "审计员 Auditor",
}
WRONG_SCOPE: Final = (
    "请选择角色，范围只能包含字母、数字、_和-。Choose a role; a scope holds letters, digits, _ and - only."
)
_SUBDISTRICT = 9
_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:44rem;padding:1rem;color:#12181f;background:#fff}"
    "h1{font-size:1.4rem}h2{font-size:1.1rem;margin:1.5rem 0 .5rem}"
    ".mark{display:inline-block;background:#ffcf5c;padding:.2rem .6rem;border-radius:.3rem;font-weight:700}"
    "button{display:block;width:100%;min-height:3rem;margin:.4rem 0;padding:.5rem .8rem;text-align:left;font:inherit;"
    "color:#12181f;background:#f2f5f8;border:1px solid #54606c;border-radius:.4rem;cursor:pointer}"
    "button:focus-visible,select:focus-visible,input:focus-visible{outline:3px solid #24405c;outline-offset:2px}"
    "label{display:block;margin:.6rem 0}select,input{display:block;width:100%;min-height:2.8rem;font:inherit;"
    "box-sizing:border-box;padding:.3rem .6rem;border:1px solid #54606c;border-radius:.4rem}"
    ".wrong{border-left:.4rem solid #b3261e;padding-left:.8rem}small{color:#54606c}"
)
STYLE_HASH: Final = f"sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}"


@dataclass(frozen=True)
class Choice:
    """An account: a role and its scope; `name` is what the page calls it."""

    role: str
    scope: str
    name: str = ""

    @property
    def subject(self) -> str:
        """How the token names the account."""
        return f"{self.role}-{self.scope}" if self.scope else self.role


@dataclass(frozen=True)
class Group:
    """Accounts under one heading."""

    heading: str
    choices: tuple[Choice, ...]


def example_accounts() -> tuple[Group, ...]:
    """The units, laboratories, officers and a grid worker of the example district."""
    district = json.loads((ROOT / "examples" / "district.json").read_text(encoding="utf-8"))
    units = tuple(Choice("unit", one["unit"], one["name"]) for one in district["units"])
    labs = tuple(Choice("lab", one["lab"], one["name"]) for one in district["labs"])
    below = sorted({one["area"][:_SUBDISTRICT] for one in district["units"]})
    officers = (
        Choice("officer", district["area"], "区级 District"),
        *(Choice("officer", area, "街道 Subdistrict") for area in below),
        Choice("tracer", district["area"], "溯源审批 Approves traces"),
        Choice("auditor", "", "审计 Auditor"),
    )
    community = min(one["area"] for one in district["units"])
    workers = (Choice("worker", community, "社区网格员 Of a community"),)
    headings = ("单位 Units", "检测机构 Laboratories", "管理人员 Officers", "网格员 Grid workers")
    return tuple(
        Group(heading, found) for heading, found in zip(headings, (units, labs, officers, workers), strict=True)
    )


def page(carried: Mapping[str, str], accounts: Iterable[Group], wrong: str = "") -> str:
    """The page on which an account is chosen; `carried` are the request's parameters, for the form to send back."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in carried.items()
    )
    told = f'<p class="wrong" role="alert">{escape(wrong)}</p>' if wrong else ""
    groups = "".join(f"<h2>{escape(group.heading)}</h2>{_buttons(group)}" for group in accounts)
    roles = "".join(f'<option value="{role}">{escape(name)}</option>' for role, name in ROLES.items())
    return _document(
        "登录 Sign in",
        f"{told}<p>选择以谁的身份继续。<br><small>Choose who to be.</small></p>"
        f'<form method="post" action="/oidc/authorize">{hidden}{groups}</form>'
        f'<h2>其他账号 Any other account</h2><form method="post" action="/oidc/authorize">{hidden}'
        f'<label>角色 Role<select name="role">{roles}</select></label>'
        '<label>范围 Scope<input name="scope_of" maxlength="64" autocomplete="off" spellcheck="false">'
        "<small>单位或机构编号，或区划代码 a unit, a laboratory, or a division code</small></label>"
        "<button>登录 Sign in</button></form>",
    )


def error_page(error: str, redirect_uri: str) -> str:
    """The page for a request that does not come from our desk: it is sent nowhere."""
    return _document(
        "无法登录 Cannot sign in",
        '<p class="wrong" role="alert">登录请求不是由本机的工作台发出，已拒绝。请从工作台重新登录。<br>'
        "This sign-in was not asked for by this machine's desk and was refused. Start again from the desk.</p>"
        f"<p><small>{escape(error)}: client_id=epipass, redirect_uri={escape(redirect_uri)}</small></p>",
    )


def _buttons(group: Group) -> str:
    return "".join(
        f'<button name="account" value="{escape(f"{one.role}:{one.scope}")}">{escape(one.name)} '
        f"<small>{escape(f'{one.role} {one.scope}'.strip())}</small></button>"
        for one in group.choices
    )


def _document(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_STYLE}</style></head><body><main>'
        f'<h1>{title}</h1><p><span class="mark">样章 SPECIMEN</span></p>'
        "<p>仅供本机试用；在城市中，这里是该市自己的登录系统。<br>"
        "<small>For this machine only. In a city this is the city's own login.</small></p>"
        f"{body}</main></body></html>\n"
    )
