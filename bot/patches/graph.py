"""Run the graph's nodes one after the other, in an order that is found once.

For every prediction (two or three a turn) Rasa builds the part of the graph that leads to the target anew and hands it
to dask's scheduler, which sorts it, runs it in the calling thread and throws all that away: a sixth of a turn here.
"""

from typing import Any, Dict, List, Optional, Tuple

from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner


def order_of(schema: GraphSchema, targets: List[str]) -> Tuple[str, ...]:
    """The nodes that lead to the targets, each after what it needs. Raises GraphRunError for a circle."""
    found: Dict[str, None] = {}
    above: List[str] = []

    def visit(name: str) -> None:
        if name in found or name not in schema.nodes:
            return
        if name in above:
            raise GraphRunError(f"The graph goes in circles at '{name}'.")
        above.append(name)
        for needed in schema.nodes[name].needs.values():
            visit(needed)
        above.pop()
        found[name] = None

    for target in targets:
        visit(target)
    return tuple(found)


def run(
    self: DaskGraphRunner, inputs: Optional[Dict[str, Any]] = None, targets: Optional[List[str]] = None
) -> Dict[str, Any]:
    """Like Rasa's; what a node needs and nobody provides is passed as its name, and the node says so."""
    schema = self._graph_schema
    wanted = tuple(targets or schema.target_names)
    orders = self.__dict__.setdefault("_orders", {})
    if wanted not in orders:
        orders[wanted] = order_of(schema, list(wanted))
    results: Dict[str, Any] = {}
    self._add_inputs_to_graph(inputs, results)
    clash = next((name for name in results if name in orders[wanted]), None)
    if clash:
        raise GraphRunError(f"Input value '{clash}' clashes with a node name.")
    try:
        for name in orders[wanted]:
            needed = schema.nodes[name].needs.values()
            results[name] = self._instantiated_nodes[name](*(results.get(need, need) for need in needed))
    except RuntimeError as error:
        raise GraphRunError("Error running runner.") from error
    return dict(results[name] for name in wanted)


def apply() -> None:
    DaskGraphRunner.run = run
