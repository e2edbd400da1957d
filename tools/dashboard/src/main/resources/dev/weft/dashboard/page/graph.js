// The picture of who calls whom. Elements are made once and updated in place, so that nothing flickers between two polls.
import { element, health, millis, percent, rate, bytes } from './words.js';
import { layers } from './layout.js';

const NODE = { width: 168, height: 62 };
const LABEL = { width: 134, height: 36 };
const LOCK = 'M2 4.2V3a2.5 2.5 0 1 1 5 0v1.2h.8v5H1.2v-5zm1.4 0h2.2V3a1.1 1.1 0 1 0-2.2 0z';
const OPEN_LOCK = 'M2 4.2V3a2.5 2.5 0 0 1 4.9-.7l-1.3.5A1.1 1.1 0 0 0 3.4 3v1.2h4.4v5H1.2v-5z';

export class GraphView {
  /** @param choose called with {kind, id} when something is clicked, null when the ground is */
  constructor(svg, choose) {
    this.svg = svg;
    this.choose = choose;
    this.edgesLayer = element('g');
    this.labelsLayer = element('g');
    this.nodesLayer = element('g');
    svg.append(this.edgesLayer, this.nodesLayer, this.labelsLayer);
    this.nodes = new Map();
    this.edges = new Map();
    this.shape = '';
    this.chosen = null;
    svg.addEventListener('click', () => choose(null));
    new ResizeObserver(() => this.place()).observe(svg);
  }

  show(graph) {
    this.graph = graph;
    sync(this.nodes, graph.nodes, node => node.id, node => this.newNode(node), view => view.remove());
    sync(this.edges, graph.edges, edgeId, edge => this.newEdge(edge), view => { view.group.remove(); view.label.remove(); });
    const shape = JSON.stringify([graph.nodes.map(n => n.id).sort(), graph.edges.map(edgeId).sort()]);
    if (shape !== this.shape) {
      this.shape = shape;
      this.layers = layers(graph.nodes.map(n => n.id), graph.edges);
      this.place();
    }
    graph.nodes.forEach(node => this.updateNode(node, graph.edges.some(edge => edge.source === node.id)));
    graph.edges.forEach(edge => this.updateEdge(edge));
    this.mark(this.chosen);
  }

  mark(chosen) {
    this.chosen = chosen;
    for (const [id, view] of this.nodes) view.classList.toggle('chosen', chosen?.kind === 'node' && chosen.id === id);
    for (const [id, view] of this.edges) view.group.classList.toggle('chosen', chosen?.kind === 'edge' && chosen.id === id);
  }

  newNode(node) {
    const group = element('g', { class: 'node', tabindex: 0, role: 'button', 'data-node': node.id },
      element('rect', { class: 'box', width: NODE.width, height: NODE.height, rx: 12 }),
      element('rect', { class: 'mark', x: 0, y: 14, width: 4, height: NODE.height - 28, rx: 2 }),
      element('text', { class: 'name', x: 18, y: 26 }, node.name || node.id),
      element('text', { class: 'facts', x: 18, y: 45 }));
    this.clickable(group, { kind: 'node', id: node.id });
    this.nodesLayer.append(group);
    return group;
  }

  newEdge(edge) {
    const id = edgeId(edge);
    const label = element('g', { class: 'label' },
      element('rect', { width: LABEL.width, height: LABEL.height, rx: 9, x: -LABEL.width / 2, y: -LABEL.height / 2 }),
      element('path', { class: 'lock', transform: `translate(${-LABEL.width / 2 + 9} -13.5)` }),
      element('text', { class: 'main', x: -LABEL.width / 2 + 23, y: -3.5 }),
      element('text', { class: 'sub', x: -LABEL.width / 2 + 9, y: 11 }));
    const group = element('g', { class: 'edge', tabindex: 0, role: 'button', 'data-edge': id },
      element('path', { class: 'line' }), element('path', { class: 'flow' }), element('path', { class: 'hit' }));
    const labelGroup = element('g', { class: 'edge' }, label);
    this.clickable(group, { kind: 'edge', id });
    this.clickable(labelGroup, { kind: 'edge', id });
    this.edgesLayer.append(group);
    this.labelsLayer.append(labelGroup);
    return { group, label: labelGroup, inner: label };
  }

  clickable(target, what) {
    target.addEventListener('click', event => { event.stopPropagation(); this.choose(what); });
    target.addEventListener('keydown', event => {
      if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); this.choose(what); }
    });
  }

  updateNode(node, calls) {
    const view = this.nodes.get(node.id);
    const state = health(node.requestsPerSecond, node.successRate);
    view.setAttribute('class', `node ${state} ${node.kind === 'service' ? '' : 'external'}`);
    const instances = node.kind === 'service' ? `${node.instances} × ` : '';
    const traffic = node.requestsPerSecond >= 0.05
      ? `${rate(node.requestsPerSecond)}/s  p99 ${millis(node.p99Millis)}` : calls ? 'calls only' : 'quiet';
    view.querySelector('.facts').textContent = instances + traffic;
    view.setAttribute('aria-label', `${node.name}, ${node.instances} instances, ${rate(node.requestsPerSecond)} requests per second`);
  }

  updateEdge(edge) {
    const { group, inner, label } = this.edges.get(edgeId(edge));
    const tcp = edge.protocol === 'tcp';
    const state = tcp ? (edge.bytesPerSecond > 0 ? 'good' : 'idle') : health(edge.requestsPerSecond, edge.successRate);
    group.setAttribute('class', `edge ${state}`);
    label.setAttribute('class', `edge ${state}`);
    const width = 1.6 + Math.min(4.5, Math.log10(1 + (tcp ? edge.bytesPerSecond / 1000 : edge.requestsPerSecond)) * 1.9);
    group.querySelector('.line').setAttribute('stroke-width', width.toFixed(1));
    group.style.setProperty('--pace', Math.max(0.5, 3 - Math.log10(1 + edge.requestsPerSecond)).toFixed(2) + 's');
    const lock = inner.querySelector('.lock');
    lock.setAttribute('d', edge.mtls ? LOCK : OPEN_LOCK);
    lock.setAttribute('class', edge.mtls ? 'lock' : 'lock open');
    inner.querySelector('.main').textContent = tcp
      ? `${bytes(edge.bytesPerSecond)}/s` : `${rate(edge.requestsPerSecond)}/s   ${percent(edge.successRate)}`;
    inner.querySelector('.sub').textContent = tcp
      ? `${rate(edge.connectionsPerSecond)} connections/s` : `p50 ${millis(edge.p50Millis)}  p99 ${millis(edge.p99Millis)}`;
    group.setAttribute('aria-label', `${edge.source} calls ${edge.destination}: ${rate(edge.requestsPerSecond)} requests`
      + ` per second, ${percent(edge.successRate)} succeed, ${edge.mtls ? 'mutual TLS' : 'not all mutual TLS'}`);
  }

  /** Positions from layers. The drawing has its own units; it is shown as large as fits, never larger than life. */
  place() {
    if (!this.layers || !this.layers.length) return;
    const rows = Math.max(...this.layers.map(layer => layer.length));
    const across = NODE.width + LABEL.width + 84;
    const down = NODE.height + 52;
    const width = (this.layers.length - 1) * across + NODE.width + 80;
    const height = Math.max(rows * down + 60, 260);
    const box = this.svg.getBoundingClientRect();
    const viewWidth = Math.max(width, box.width || 0);
    const viewHeight = Math.max(height, box.height || 0);
    this.svg.setAttribute('viewBox', `${-(viewWidth - width) / 2} ${-(viewHeight - height) / 2} ${viewWidth} ${viewHeight}`);
    this.at = new Map();
    this.layers.forEach((layer, column) => layer.forEach((id, row) => {
      const gap = height / layer.length;
      this.at.set(id, { x: 40 + column * across, y: gap * (row + 0.5) - NODE.height / 2, column });
    }));
    for (const [id, view] of this.nodes) {
      const at = this.at.get(id);
      if (at) view.setAttribute('transform', `translate(${at.x} ${at.y})`);
    }
    const taken = [];
    for (const edge of [...this.graph.edges].sort((a, b) => (edgeId(a) < edgeId(b) ? -1 : 1))) this.placeEdge(edge, taken);
  }

  placeEdge(edge, taken) {
    const view = this.edges.get(edgeId(edge));
    const from = this.at.get(edge.source);
    const to = this.at.get(edge.destination);
    if (!view || !from || !to) return;
    const middle = NODE.height / 2;
    const start = { x: from.x + NODE.width, y: from.y + middle };
    const end = { x: to.x, y: to.y + middle };
    let path;
    let label;
    if (to.column > from.column) {
      const bend = Math.max(60, (end.x - start.x) * 0.45);
      const c1 = { x: start.x + bend, y: start.y };
      const c2 = { x: end.x - bend, y: end.y };
      path = `M${start.x} ${start.y}C${c1.x} ${c1.y} ${c2.x} ${c2.y} ${end.x} ${end.y}`;
      // The first free place for the label along the curve, the middle of the last gap before the callee first.
      const tries = to.column - from.column > 1 ? [0.82, 0.75, 0.68, 0.3, 0.22, 0.5] : [0.5, 0.6, 0.4, 0.68, 0.32];
      label = tries.map(t => bezier(start, c1, c2, end, t)).find(at => free(at, taken)) ?? bezier(start, c1, c2, end, 0.5);
    } else {
      const dip = Math.max(start.y, end.y) + 70;
      path = `M${start.x} ${start.y}C${start.x + 70} ${dip} ${end.x - 70} ${dip} ${end.x} ${end.y}`;
      label = { x: (start.x + end.x) / 2, y: dip - 18 };
    }
    taken.push(label);
    for (const line of view.group.querySelectorAll('path')) line.setAttribute('d', path);
    view.inner.setAttribute('transform', `translate(${label.x} ${label.y})`);
  }
}

export function edgeId(edge) {
  return edge.source + ' ' + edge.destination + ' ' + edge.protocol;
}

function free(at, taken) {
  return taken.every(other => Math.abs(other.x - at.x) > LABEL.width + 4 || Math.abs(other.y - at.y) > LABEL.height + 4);
}

function bezier(a, b, c, d, t) {
  const s = 1 - t;
  const mix = k => s * s * s * a[k] + 3 * s * s * t * b[k] + 3 * s * t * t * c[k] + t * t * t * d[k];
  return { x: mix('x'), y: mix('y') };
}

/** Makes a map of views follow a list of items. */
function sync(views, items, key, make, drop) {
  const wanted = new Set(items.map(key));
  for (const [id, view] of [...views]) {
    if (!wanted.has(id)) { drop(view); views.delete(id); }
  }
  for (const item of items) if (!views.has(key(item))) views.set(key(item), make(item));
}
