// Where nodes of the graph stand: callers left, callees right, in layers. Pure; the same input gives the same picture.

/**
 * @param {string[]} ids
 * @param {{source: string, destination: string}[]} edges
 * @returns {string[][]} ids by layer, top to bottom
 */
export function layers(ids, edges) {
  const sorted = [...ids].sort();
  const out = new Map(sorted.map(id => [id, []]));
  for (const edge of edges) {
    if (edge.source !== edge.destination && out.has(edge.source) && out.has(edge.destination)) {
      out.get(edge.source).push(edge.destination);
    }
  }
  const forward = withoutCycles(sorted, out);
  const depth = longestPaths(sorted, forward);
  const result = [];
  for (const id of sorted) (result[depth.get(id)] ??= []).push(id);
  const compact = result.filter(layer => layer);
  return order(compact, forward);
}

/** Edges minus the ones that lead back, found depth first from those nobody calls. */
function withoutCycles(ids, out) {
  const state = new Map();
  const kept = new Map(ids.map(id => [id, []]));
  const called = new Set([...out.values()].flat());
  const visit = id => {
    state.set(id, 'open');
    for (const next of [...out.get(id)].sort()) {
      if (state.get(next) === 'open') continue;
      kept.get(id).push(next);
      if (!state.has(next)) visit(next);
    }
    state.set(id, 'done');
  };
  for (const id of [...ids.filter(id => !called.has(id)), ...ids]) if (!state.has(id)) visit(id);
  return kept;
}

function longestPaths(ids, forward) {
  const depth = new Map(ids.map(id => [id, 0]));
  for (let round = 0; round < ids.length; round++) {
    let changed = false;
    for (const id of ids) {
      for (const next of forward.get(id)) {
        if (depth.get(next) < depth.get(id) + 1) {
          depth.set(next, depth.get(id) + 1);
          changed = true;
        }
      }
    }
    if (!changed) break;
  }
  return depth;
}

/** A few sweeps of the barycentre rule: each node near the middle of its neighbours, so that few edges cross. */
function order(layered, forward) {
  const backward = new Map();
  for (const [from, targets] of forward) for (const to of targets) backward.set(to, [...(backward.get(to) ?? []), from]);
  const at = new Map();
  const place = () => layered.forEach(layer => layer.forEach((id, i) => at.set(id, (i + 1) / (layer.length + 1))));
  place();
  for (let sweep = 0; sweep < 6; sweep++) {
    const neighbours = sweep % 2 === 0 ? backward : forward;
    for (const layer of sweep % 2 === 0 ? layered : [...layered].reverse()) {
      const weight = new Map(layer.map(id => {
        const near = neighbours.get(id) ?? [];
        return [id, near.length ? near.reduce((sum, n) => sum + at.get(n), 0) / near.length : at.get(id)];
      }));
      layer.sort((a, b) => weight.get(a) - weight.get(b) || (a < b ? -1 : 1));
    }
    place();
  }
  return layered;
}
