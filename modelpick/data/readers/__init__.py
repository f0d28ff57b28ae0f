"""The formats of files that are read, in the order in which an unnamed one is tried."""

from modelpick.data.raw_table import Reader
from modelpick.data.readers.arff import ARFF
from modelpick.data.readers.delimited import DELIMITED
from modelpick.data.readers.excel import EXCEL
from modelpick.data.readers.json_lines import JSON_LINES
from modelpick.data.readers.parquet import PARQUET

READERS: tuple[Reader, ...] = (PARQUET, ARFF, JSON_LINES, EXCEL, DELIMITED)
