"""Writes the files of these tests with pyarrow. The pickle in them is inert: it would run `true`."""
import os
import pickle

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq


class Inert:
    def __reduce__(self):
        return os.system, ("true",)


def table(field_metadata=None, metadata=None):
    inner = pa.field("v", pa.int8(), metadata=field_metadata)
    fields = [pa.field("id", pa.int8()), pa.field("s", pa.struct([inner]))]
    return pa.Table.from_pylist([{"id": 1, "s": {"v": 2}}], schema=pa.schema(fields, metadata=metadata))


def write(name, t):
    pq.write_table(t, name + ".parquet", use_dictionary=False, write_statistics=False)
    with pa.ipc.new_stream(name + ".arrows", t.schema) as f:
        f.write_table(t)
    with pa.ipc.new_file(name + ".arrow", t.schema) as f:
        f.write_table(t)


PICKLED = {"ARROW:extension:name": "arrow.py_extension_type", "ARROW:extension:metadata": pickle.dumps(Inert(), 2)}
CLASSES = '{"type": "record", "name": "r", "fields": [{"name": "id", "type": {"type": "string", "java-class": "%s"}}]}'

write("plain", table({"ARROW:extension:name": "arrow.uuid", "ARROW:extension:metadata": ""}, {"huggingface": '{"info": {}}'}))
write("pickled", table(PICKLED))
write("avro", table(None, {"parquet.avro.schema": CLASSES % "com.sun.rowset.JdbcRowSetImpl"}))
write("values", table(None, {"parquet.avro.schema": CLASSES % "java.math.BigDecimal"}))
write("robject", table(None, {"r": "A\n2\n262658\n131840\n1029\n253\n252\n1\n262153\n1\na\n"}))
