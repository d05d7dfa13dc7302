"""CloudFormation's functions (`!Ref`, `!Sub`, `!If`, …), resolved with local values."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from local.errors import TemplateError

REGION = "us-east-1"
ACCOUNT_ID = "123456789012"

_PSEUDO_PARAMETERS = {
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT_ID,
    "AWS::Partition": "aws",
    "AWS::StackName": "tams",
    "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT_ID}:stack/tams/local",
    "AWS::URLSuffix": "amazonaws.com",
}
_SUB_VARIABLE = re.compile(r"\$\{(!?)([^}]+)\}")


class _TemplateLoader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags, converted to their long form."""


def _short_tag(loader: _TemplateLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_TemplateLoader.add_multi_constructor("!", _short_tag)


def load_yaml(text: str) -> Any:
    return yaml.load(text, Loader=_TemplateLoader)  # noqa: S506 - a subclass of SafeLoader  # nosec B506


class NoValue:
    """The value of `!Ref AWS::NoValue`: nothing."""


@dataclass
class Resolver:
    """Resolves values of one template."""

    template: Mapping[str, Any]
    parameters: Mapping[str, str]
    """Local values; a parameter missing here takes its Default."""
    references: Mapping[str, str]
    """The local value of `Ref` for a resource, by logical id."""
    attributes: Mapping[tuple[str, str], str]
    """The local value of `GetAtt`."""
    _conditions: dict[str, bool] = field(default_factory=dict)

    def resolve(self, value: Any) -> Any:
        """`value` with every function replaced. Raises TemplateError where that is impossible."""
        if isinstance(value, list):
            resolved = [self.resolve(item) for item in value]
            return [item for item in resolved if not isinstance(item, NoValue)]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (name, argument), *_ = value.items()
            if (function := self._functions().get(name)) is not None:
                return function(argument)
            if str(name).startswith("Fn::"):
                raise TemplateError(f"the local stack does not support {name}")
        pairs = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in pairs.items() if not isinstance(item, NoValue)}

    def holds(self, condition: str) -> bool:
        """Whether a condition of the template is true here."""
        if condition not in self._conditions:
            self._conditions[condition] = bool(
                self.resolve(self.template.get("Conditions", {})[condition])
            )
        return self._conditions[condition]

    def _functions(self) -> dict[str, Callable[[Any], Any]]:
        return {
            "Ref": self._ref,
            "Condition": self.holds,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::If": lambda it: self.resolve(it[1] if self.holds(it[0]) else it[2]),
            "Fn::Equals": lambda it: str(self.resolve(it[0])) == str(self.resolve(it[1])),
            "Fn::Not": lambda it: not self.resolve(it[0]),
            "Fn::And": lambda it: all(self.resolve(each) for each in it),
            "Fn::Or": lambda it: any(self.resolve(each) for each in it),
            "Fn::Join": lambda it: it[0].join(str(each) for each in self.resolve(it[1])),
            "Fn::Select": lambda it: self.resolve(it[1])[int(it[0])],
            "Fn::Split": lambda it: str(self.resolve(it[1])).split(it[0]),
            "Fn::FindInMap": self._find_in_map,
            "Fn::EachMemberEquals": lambda it: set(self.resolve(it[0])) <= {self.resolve(it[1])},
        }

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NoValue()
        if name in _PSEUDO_PARAMETERS:
            return _PSEUDO_PARAMETERS[name]
        declared = self.template.get("Parameters", {})
        if name in declared:
            if name in self.parameters:
                return _parameter_value(declared[name], self.parameters[name])
            if "Default" in declared[name]:
                return _parameter_value(declared[name], declared[name]["Default"])
            raise TemplateError(
                f"parameter {name} has no default and no local value (local/environment.py)"
            )
        owner = name.partition(".")[0]  # SAM's own `Function.Alias` and `Api.Stage`
        if owner not in self.template.get("Resources", {}):
            raise TemplateError(f"!Ref {name}: the template has no such parameter or resource")
        return self.references.get(owner, owner)

    def _get_att(self, argument: list[str]) -> str:
        logical_id, attribute = argument[0], ".".join(str(part) for part in argument[1:])
        if logical_id not in self.template.get("Resources", {}):
            raise TemplateError(f"!GetAtt {logical_id}.{attribute}: no such resource")
        fallback = f"arn:aws:local:{REGION}:{ACCOUNT_ID}:{logical_id}/{attribute}"
        return self.attributes.get((logical_id, attribute), fallback)

    def _sub(self, argument: str | list[Any]) -> str:
        text, own = (argument, {}) if isinstance(argument, str) else argument

        def replace(match: re.Match[str]) -> str:
            literal, name = match.groups()
            if literal:
                return f"${{{name}}}"
            if name in own:
                return str(self.resolve(own[name]))
            return str(self._get_att(name.split(".", 1)) if "." in name else self._ref(name))

        return _SUB_VARIABLE.sub(replace, text)

    def _find_in_map(self, argument: list[Any]) -> Any:
        name, *keys = (self.resolve(each) for each in argument[:3])
        found = self.template.get("Mappings", {})[name]
        for key in keys:
            found = found[key]
        return self.resolve(found)


def _parameter_value(declared: Mapping[str, Any], value: Any) -> Any:
    if "List" in str(declared.get("Type", "")):
        return [part.strip() for part in str(value).split(",") if part.strip()]
    return value
