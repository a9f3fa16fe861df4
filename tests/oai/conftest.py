"""A store in memory, and the schemas that answers are held against."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from lxml import etree

from gateway.frontends.oai.formats import FORMATS
from gateway.frontends.oai.layout import IDENTIFIERS, NAMESPACE
from gateway.marc.forms import marcxml
from gateway.marc.forms.dc import TERMS_NAMESPACE
from gateway.stores import open_store
from gateway.stores.base import Store
from tests.conftest import CONFORMANCE
from tests.stores.conftest import time_enough as time_enough

XSD = "http://www.w3.org/2001/XMLSchema"
ROOTS = {"oai_dc": "dc", "oai_qdc": "qualifieddc", "mods": "mods"}
"""Elements of the formats whose schemas are not at hand: what they hold is other tests' matter."""
SCHEMES = ("DCMIType", "IMT", "ISO639-2", "LCSH", "MESH", "URI")
"""Encoding schemes of qualified Dublin Core, which an element names as its type."""


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    """An empty one."""
    async with open_store("memory:") as store:
        yield store


@pytest.fixture(scope="session")
def schema(tmp_path_factory: pytest.TempPathFactory) -> etree.XMLSchema | None:
    """Of answers, with that of MARCXML; None where the schemas are not at hand."""
    given = os.environ.get(CONFORMANCE)
    if not given:
        return None
    folder = tmp_path_factory.mktemp("xsd")
    imported = {NAMESPACE: Path(given, "xsd", "OAI-PMH.xsd"), marcxml.NAMESPACE: Path(given, "xsd", "MARC21slim.xsd")}
    others = {FORMATS[prefix].format.namespace: root for prefix, root in ROOTS.items()}
    for number, (namespace, root) in enumerate({**others, IDENTIFIERS: "oai-identifier"}.items()):
        imported[namespace] = folder / f"{number}.xsd"
        imported[namespace].write_text(
            f'<schema xmlns="{XSD}" targetNamespace="{namespace}"><element name="{root}" type="anyType"/></schema>'
        )
    imported[TERMS_NAMESPACE] = folder / "terms.xsd"
    types = "".join([f'<simpleType name="{name}"><restriction base="string"/></simpleType>' for name in SCHEMES])
    imported[TERMS_NAMESPACE].write_text(f'<schema xmlns="{XSD}" targetNamespace="{TERMS_NAMESPACE}">{types}</schema>')
    lines = [f'<import namespace="{namespace}" schemaLocation="{at.as_uri()}"/>' for namespace, at in imported.items()]
    whole = folder / "all.xsd"
    whole.write_text(f'<schema xmlns="{XSD}">{"".join(lines)}</schema>')
    return etree.XMLSchema(etree.parse(str(whole)))
