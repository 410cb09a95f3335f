"""A model without what changes nothing: the runtime computes all that a file holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: What the runtime calls the types of a constant's numbers that are read here.
_TYPES: dict[int, Any] = {0: np.dtype("<f4"), 1: np.dtype("<f2")}
#: Highest value after each activation that is fused to a step and whose lowest is zero.
_HIGHEST = {1: np.inf, 3: 6.0}  # ReLU, ReLU6


def pruned(path: Path, *, outputs: tuple[int, ...]) -> bytes:
    """Return a model file without the steps and channels that its wanted outputs do not need.

    What is left computes the same numbers, but for rounding: the body's model takes half the time
    without its mask, the hand's nine tenths without its channels that never change.

    Parameters
    ----------
    path : path
        A ``.tflite`` file of one subgraph without loops.
    outputs : tuple of int
        Which outputs to keep, in this order.
    """
    import flatbuffers  # type: ignore[import-untyped]
    from ai_edge_litert import schema_py_generated as schema

    content = path.read_bytes()
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    (graph,) = model.subgraphs
    _Graph(model).leave_out_still_channels()
    kept = [graph.outputs[i] for i in outputs]
    needed = set(kept)
    steps = []
    for step in reversed(graph.operators):
        if needed.intersection(step.outputs):
            steps.append(step)
            needed.update(step.inputs)
    graph.operators = steps[::-1]
    graph.outputs = np.array(kept, dtype=np.int32)
    model.signatureDefs = []  # they name outputs that are gone
    builder = flatbuffers.Builder(len(content))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


class _Graph:
    """The one subgraph of a model, whose constants can be read and replaced."""

    def __init__(self, model: Any) -> None:
        from ai_edge_litert.schema_py_generated import BuiltinOperator

        self._model = model
        (self._graph,) = model.subgraphs
        self._names: dict[int, str] = {
            v: k for k, v in vars(BuiltinOperator).items() if isinstance(v, int)
        }
        self._maker = {out: step for step in self._graph.operators for out in step.outputs}
        self._users: dict[int, list[Any]] = {}
        for step in self._graph.operators:
            for tensor in step.inputs:
                self._users.setdefault(int(tensor), []).append(step)

    def leave_out_still_channels(self) -> None:
        """Leave out channels that a depthwise step makes of zero weights, so of its bias alone.

        What they add to the next steps is the same in every picture, and goes into their bias.
        Training leaves many: of the last 4128 channels of the hand's model 2608.
        """
        for step in self._graph.operators:
            if self._kind(step) != "DEPTHWISE_CONV_2D":
                continue
            weights, bias = self._constant(step.inputs[1]), self._constant(step.inputs[2])
            highest = _HIGHEST.get(step.builtinOptions.fusedActivationFunction)
            before, after = self._maker.get(step.inputs[0]), self._mixers(step.outputs[0])
            if weights is None or bias is None or highest is None or before is None or not after:
                continue
            if self._kind(before) != "CONV_2D" or len(self._users[step.inputs[0]]) > 1:
                continue
            still = np.array(~weights.any(axis=(0, 1, 2)))
            if still.any():
                for mixer in after:
                    self._fold(mixer, still, bias.clip(0, highest))
                self._keep(before, ~still, axis=0)
                self._keep(step, ~still, axis=-1)

    def _mixers(self, tensor: int) -> list[Any]:
        """Return the steps that sum the channels of a tensor point by point, if all users do."""
        users = self._users.get(tensor, [])
        if [self._kind(step) for step in users] == ["MEAN"]:  # of the whole map
            tensor = users[0].outputs[0]
            users = self._users.get(tensor, [])
            known = len(self._shape(tensor)) == 2
        else:
            known = all(self._shape(step.inputs[1])[1:-1] == (1, 1) for step in users)
        known &= {self._kind(step) for step in users} <= {"CONV_2D", "FULLY_CONNECTED"}
        known &= tensor not in self._graph.outputs
        return users if known else []

    def _fold(self, step: Any, still: NDArray[np.bool_], values: NDArray[np.float32]) -> None:
        """Leave still channels out of what a step sums, and put their share into its bias."""
        weights, bias = self._constant(step.inputs[1]), self._constant(step.inputs[2])
        assert weights is not None and bias is not None
        share = weights[..., still].astype(np.float64) @ values[still].astype(np.float64)
        self._replace(step, 1, weights[..., ~still])
        self._replace(step, 2, (bias + share.reshape(bias.shape)).astype(np.float32))
        self._resize(step.inputs[0], int((~still).sum()))

    def _keep(self, step: Any, kept: NDArray[np.bool_], *, axis: int) -> None:
        """Keep some of the channels that a step makes; `axis` is theirs in its weights."""
        for i, along in ((1, axis), (2, 0)):
            constant = self._constant(step.inputs[i])
            assert constant is not None
            self._replace(step, i, constant.compress(kept, axis=along))
        self._resize(step.outputs[0], int(kept.sum()))

    def _kind(self, step: Any) -> str:
        code = self._model.operatorCodes[step.opcodeIndex]
        return self._names[max(code.builtinCode, code.deprecatedBuiltinCode)]

    def _shape(self, tensor: int) -> tuple[int, ...]:
        return tuple(self._graph.tensors[tensor].shape)

    def _constant(self, tensor: int) -> NDArray[np.float32] | None:
        """Return the numbers of a constant, also of one that is widened first, or None."""
        maker = self._maker.get(tensor)
        if maker is not None and self._kind(maker) == "DEQUANTIZE":
            tensor = maker.inputs[0]
        held: Any = self._graph.tensors[tensor]
        data: Any = self._model.buffers[held.buffer].data
        if held.type not in _TYPES or data is None or not len(data):
            return None
        numbers: NDArray[np.float32] = np.frombuffer(bytes(data), _TYPES[held.type]).astype("<f4")
        return numbers.reshape(held.shape)

    def _replace(self, step: Any, i: int, numbers: NDArray[np.float32]) -> None:
        """Give a step another constant in place of its input `i`."""
        from ai_edge_litert.schema_py_generated import BufferT, TensorT

        buffer, tensor = BufferT(), TensorT()
        buffer.data = np.frombuffer(numbers.astype("<f4").tobytes(), np.uint8)
        self._model.buffers.append(buffer)
        tensor.shape = np.array(numbers.shape, dtype=np.int32)
        tensor.buffer = len(self._model.buffers) - 1
        tensor.name = self._graph.tensors[step.inputs[i]].name
        self._graph.tensors.append(tensor)
        inputs = step.inputs.astype(np.int32)  # a copy: what was read cannot be written
        inputs[i] = len(self._graph.tensors) - 1
        step.inputs = inputs

    def _resize(self, tensor: int, n: int) -> None:
        shape = np.array([*self._shape(tensor)[:-1], n], dtype=np.int32)
        self._graph.tensors[tensor].shape = shape
