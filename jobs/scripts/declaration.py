"""What a script says of itself: a description and its arguments, in TOML, in its comments or in a file beside it.

In comments it stands as Python's inline metadata does (https://packaging.python.org/specifications/inline-script-metadata):
between `# /// brandbeat` and `# ///`, each line after `# `.
"""

import re
import tomllib
from datetime import date
from typing import Annotated, Any, Literal

import pydantic

from jobs.errors import InvalidOptions, ScriptRefused
from jobs.job_type import OptionsModel, validated

BLOCK = re.compile(r"^# /// brandbeat$\s(?P<content>(^#(| .*)$\s)+)^# ///$", re.MULTILINE)
LONGEST_TEXT = 10_000  # characters of one argument


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("A text with U+0000 in it cannot be given to a program.")
    return text


TYPES: dict[str, Any] = {
    "string": Annotated[str, pydantic.Field(max_length=LONGEST_TEXT), pydantic.AfterValidator(_without_nul)],
    "integer": int,
    "number": Annotated[float, pydantic.Field(allow_inf_nan=False)],
    "boolean": bool,
    "date": date,
}


class Argument(pydantic.BaseModel, extra="forbid"):
    """One that a script takes. It gets to the script as `--name=value`; a boolean that is true as `--name`."""

    name: Annotated[str, pydantic.Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,39}$")]
    type: Literal["string", "integer", "number", "boolean", "choice", "date"] = "string"
    choices: list[str] = []
    required: bool = False
    default: Any = None
    description: str = ""

    @pydantic.model_validator(mode="after")
    def _makes_sense(self) -> "Argument":
        if (self.type == "choice") != bool(self.choices):
            raise ValueError("choices belong to the type “choice”, which needs them.")
        if self.required and self.default is not None:
            raise ValueError("an argument that is required has no default.")
        if self.default is not None:
            self.default = pydantic.TypeAdapter(self.python_type).validate_python(self.default)
        return self

    @property
    def python_type(self) -> Any:
        return Literal[tuple(self.choices)] if self.type == "choice" else TYPES[self.type]

    @property
    def attribute(self) -> str:
        """Its name in the model: one that pydantic uses for nothing itself."""
        return f"{self.name.replace('-', '_')}_"

    def words(self, value: Any) -> list[str]:
        if value is None or value is False:
            return []
        return [f"--{self.name}" if value is True else f"--{self.name}={value}"]


class ArgumentsModel(OptionsModel):
    model_config = pydantic.ConfigDict(protected_namespaces=(), alias_generator=None)


class Declaration(pydantic.BaseModel, extra="forbid"):
    description: str = ""
    arguments: list[Argument] = []

    @pydantic.model_validator(mode="after")
    def _has_no_double(self) -> "Declaration":
        attributes = [argument.attribute for argument in self.arguments]
        if len(set(attributes)) < len(attributes):
            raise ValueError("two arguments have the same name.")
        return self

    @property
    def model(self) -> type[ArgumentsModel]:
        """The arguments as a model: what validates them and what their form is made from."""
        fields: dict[str, Any] = {argument.attribute: _field(argument) for argument in self.arguments}
        return pydantic.create_model("Arguments", __base__=ArgumentsModel, **fields)

    def problems(self, values: dict[str, Any]) -> dict[str, str]:
        """A sentence for each argument that is wrong."""
        try:
            validated(self.model, values)
        except InvalidOptions as error:
            return error.problems
        return {}

    def words(self, values: dict[str, Any]) -> list[str]:
        """The arguments as the script gets them; raises InvalidOptions with a sentence for each that is wrong."""
        given = validated(self.model, values)
        return [word for argument in self.arguments for word in argument.words(getattr(given, argument.attribute))]


def _field(argument: Argument) -> Any:
    kind = argument.python_type if argument.required or argument.default is not None else argument.python_type | None
    default = ... if argument.required else argument.default
    return (kind, pydantic.Field(default, alias=argument.name, description=argument.description))


def read(content: bytes, beside: bytes | None = None) -> Declaration:
    """The declaration in a script, or in the file beside it; an empty one where there is none.

    Raises:
        ScriptRefused: it cannot be understood.
    """
    text = (content if beside is None else beside).decode(errors="replace").replace("\r\n", "\n")
    if beside is None:
        blocks = [match["content"] for match in BLOCK.finditer(text)]
        if len(blocks) > 1:
            raise ScriptRefused("It has two headers “# /// brandbeat”.")
        text = "".join(line[2:] or "\n" for block in blocks for line in block.splitlines(keepends=True))
    try:
        return Declaration.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ScriptRefused(f"Its header is not TOML: {error}.") from None
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ScriptRefused(f"Its header is wrong at {where or 'its end'}: {first['msg']}.") from None
