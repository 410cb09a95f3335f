"""GA4GH Phenopackets v2: signs, diseases and genes of one person, in plain JSON.

Written without a library; the tests hold it against the schema's own protobuf classes. A
phenopacket holds less than an assessment: ``docs/guide/exchange.md`` lists what is lost.
"""

from eutonia.formats.phenopacket.features import features
from eutonia.formats.phenopacket.packet import phenopacket
from eutonia.formats.phenopacket.receive import from_phenopacket

__all__ = ["features", "from_phenopacket", "phenopacket"]
