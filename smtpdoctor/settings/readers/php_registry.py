"""What PHP's containers and registries give by a name: `$c->get('settings')`, `config('mail')`.

This module knows in which files of the folder such names are said: arrays that a file returns or
hands to a container, and frameworks' files of settings. It must not know what a setting means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from smtpdoctor.settings.readers.evaluation import Closure, Evaluator, Frame, name_of
from smtpdoctor.settings.readers.model import ABSENT, Entry, Known, Map, Value
from smtpdoctor.settings.readers.syntax import Call, Expression

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.project import Project

#: What is handed the array that names are asked of later: PHP-DI's and Slim's own, and classes that
#: programs write for it.
HOLDERS = re.compile(
    r"(?:.*\.)?(addDefinitions|setDefinitions|App|Container|ContainerBuilder|Settings|Config|"
    r"Configuration|Collection|Repository)"
)
#: Files whose arrays count in tests alone, or are written for others.
ELSEWHERE = re.compile(
    r"(?:^|/)(?:vendor|tests?|Tests?|spec|examples?|samples?)/|\.(?:dist|example)\."
)
YII_PARAMETERS = (
    "common/config/params.php", "common/config/params-local.php", "config/params.php",
    "config/params-local.php",
)  # fmt: skip


def of_container(project: Project, name: str) -> Value | None:
    """What a container of the folder has by a name; None where none has it, or more than one."""
    found = _of_one_place(project, name) or _by_parts(project, name)
    if found is None and name.lower() == "config":
        return _whole_configuration(project)
    return found


def _whole_configuration(project: Project) -> Value | None:
    """What Laminas and Mezzio merge under the name `config`: the arrays of config/autoload, the
    local ones over the global ones."""
    paths = [
        path
        for path in project.containing(rb"\breturn\b", ".php")
        if "config/autoload/" in path and not ELSEWHERE.search(path)
    ]
    roots: list[Value] = []
    for path in sorted(paths, key=lambda path: ("local" in path, path)):
        module = project.imported_module(path)
        if module is not None:
            roots.append(module.returned)
    arrays = [each for each in roots if _is_array(each)]
    return merged(arrays) if arrays else None


def merged(arrays: Sequence[Value]) -> Value:
    """Arrays over each other, and arrays in them too (ArrayUtils::merge)."""
    maps = [
        each.value for each in arrays if isinstance(each, Known) and isinstance(each.value, Map)
    ]
    if len(maps) < 2 or len(maps) != len(arrays):
        return arrays[-1]
    entries: list[Entry] = []
    for key in dict.fromkeys(key for each in maps for key in each.keys()):  # noqa: SIM118
        held = [entry for each in maps if (entry := each.entry(key)) is not None]
        entries.append(Entry(key, merged([each.value for each in held]), held[-1].span))
    return Known(Map(entries), arrays[-1].span)


def merged_maps(values: Sequence[Value]) -> Value:
    """Those of the values that are arrays over each other; what is absent where none is one."""
    maps = [each for each in values if isinstance(each, Known) and isinstance(each.value, Map)]
    return merged(maps) if maps else Known(ABSENT)


def of_files(project: Project, name: str, near: str) -> Value | None:
    """What a file of settings has by its name and the keys in it: `mail.from.address` is in
    config/mail.php of the folder of the file that asks, or of one above it. None where there is no
    such file."""
    first, *keys = name.split(".")
    folder = near
    while folder:
        folder = folder.rpartition("/")[0]
        module = project.imported_module(f"{folder}/config/{first}.php".lstrip("/"))
        if module is not None:
            return module.returned.at(*keys)
    return None


def _by_parts(project: Project, name: str) -> Value | None:
    first, *keys = name.split(".")
    found = _of_one_place(project, first) if keys else None
    return found.at(*keys) if found is not None else None


def _of_one_place(project: Project, name: str) -> Value | None:
    kept: dict[str, Value | None] = project.kept.setdefault("php-registry", {})
    if name not in kept:
        kept[name] = None  # what is asked for within its own value has none yet
        last = name.rpartition("\\")[2]
        told = rf"['\"]{re.escape(name)}['\"]\s*(?:=>|\])|\b{re.escape(last)}::class\s*(?:=>|\])"
        values = [
            value
            for path in project.containing(told.encode(), ".php")
            if not ELSEWHERE.search(path)
            for root in _arrays(project, path)
            if not (value := root.get(name)).absent
        ]
        kept[name] = values[0] if len(values) == 1 else None
    return kept[name]


def _arrays(project: Project, path: str) -> Iterator[Value]:
    """The arrays of a file that names may be asked of: what it returns, and what it hands on."""
    module = project.imported_module(path)
    if module is None:
        return
    evaluator = module.evaluator
    returned = module.returned
    if _is_array(returned):
        yield returned
    for call in evaluator.calls:
        if call.arguments and HOLDERS.fullmatch(name_of(call.callee)):
            given = evaluator.value(call.arguments[0].value, _frame(evaluator, call))
            if _is_array(given) and given.span != returned.span:
                yield given


def _is_array(value: Value) -> bool:
    return isinstance(value, Known) and isinstance(value.value, Map)


def _frame(evaluator: Evaluator, call: Call) -> Frame:
    return evaluator.frame_of(call.scope) if call.scope is not None else evaluator.module


def resolved(value: Value, evaluator: Evaluator, at: Expression) -> Value:
    """The value itself, or what the function gives that a container is to make it with."""
    if isinstance(value, Known) and isinstance(value.value, Closure):
        return evaluator.apply(value.value, [], at)
    return value


def of_codeigniter(project: Project, name: str) -> Value | None:
    """`$this->config->item(…)` of CodeIgniter 3: one of its files says `$config['name'] = …`."""
    told = rb"\$config\s*\[\s*['\"]" + re.escape(name).encode() + rb"['\"]\s*\]\s*="
    paths = [path for path in project.containing(told, ".php") if "config/" in path]
    module = project.imported_module(paths[0]) if len(paths) == 1 else None
    if module is None:
        return None
    return module.value("$config").get(name)


def of_yii(project: Project) -> Value | None:
    """`Yii::$app->params`: what the application's files of parameters return, the later over the
    earlier, as Yii's templates put them together."""
    entries: list[Entry] = []
    for path in YII_PARAMETERS:
        module = project.imported_module(path)
        if module is None:
            continue
        root = module.returned
        if isinstance(root, Known) and isinstance(root.value, Map):
            entries += root.value.entries
    return Known(Map(entries)) if entries else None
