"""The embedding of a network that was exported without it: a tensor of the file, made an output."""

from collections.abc import Sequence
from typing import Any

from fer_core.errors import ModelError


def expose_embedding(content: bytes) -> tuple[bytes, int]:
    """A LiteRT model with one more output: what its last dense layer takes in.

    The tensor is there in every file whose network ends in dense heads; marking it as an output
    keeps it from being overwritten, and costs nothing else.

    Returns:
        The changed flatbuffer, and the index of the tensor.

    Raises:
        ModelError: the network does not end in a dense layer.
    """
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(content, 0)
    graph = model.subgraphs[0]
    index = _last_dense_input(graph.operators, model.operatorCodes, schema.BuiltinOperator)
    if index is None:
        raise ModelError("The model has no embedding: it does not end in a dense layer.")
    graph.outputs = [*map(int, graph.outputs), index]
    # Names of inputs and outputs for callers of signatures; they would not fit any more.
    model.signatureDefs = []
    builder = flatbuffers.Builder(len(content) + 1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output()), index


def _last_dense_input(operators: Sequence[Any], codes: Sequence[Any], kinds: Any) -> int | None:
    for operator in reversed(operators):
        code = codes[operator.opcodeIndex]
        # Codes above 127 do not fit into the older field, which is then 127.
        if max(code.builtinCode, code.deprecatedBuiltinCode) == kinds.FULLY_CONNECTED:
            return int(operator.inputs[0])
    return None
