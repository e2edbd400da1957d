// What is known about the chosen node or edge, with the last minutes as this page saw them.
import { bytes, element, millis, percent, rate } from './words.js';
import { edgeId } from './graph.js';

const KEPT = 90; // polls

/** Remembers a number per key and poll. */
export class History {
  constructor() { this.series = new Map(); }

  add(key, value) {
    const values = this.series.get(key) ?? [];
    values.push(value);
    if (values.length > KEPT) values.shift();
    this.series.set(key, values);
  }

  get(key) { return this.series.get(key) ?? []; }
}

/** Draws values as a line over an area into an svg; from 0 to the largest, or between two given bounds. */
export function draw(svg, values, low = 0, high = Math.max(...values, 0.001)) {
  const width = 100;
  const height = 30;
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  if (values.length < 2) { svg.replaceChildren(); return; }
  const x = i => (i / (values.length - 1)) * width;
  const y = value => height - 2 - ((Math.min(high, Math.max(low, value)) - low) / (high - low || 1)) * (height - 5);
  const line = values.map((value, i) => `${i ? 'L' : 'M'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`).join('');
  svg.replaceChildren(element('path', { class: 'area', d: `${line}L${width} ${height}L0 ${height}Z` }),
    element('path', { d: line }));
}

export function showPanel(panel, graph, chosen, history, close) {
  const node = chosen?.kind === 'node' ? graph.nodes.find(n => n.id === chosen.id) : null;
  const edge = chosen?.kind === 'edge' ? graph.edges.find(e => edgeId(e) === chosen.id) : null;
  panel.hidden = !node && !edge;
  if (panel.hidden) return;
  const button = element('button', { class: 'close', 'aria-label': 'Close' }, '×');
  button.addEventListener('click', close);
  panel.replaceChildren(button, ...(node ? aboutNode(node, graph, history) : aboutEdge(edge, history)));
}

function aboutNode(node, graph, history) {
  const into = graph.edges.filter(edge => edge.destination === node.id);
  const out = graph.edges.filter(edge => edge.source === node.id);
  const versions = new Map();
  for (const edge of into) {
    for (const share of edge.versions) versions.set(share.version, (versions.get(share.version) ?? 0) + share.requestsPerSecond);
  }
  return [
    element('h2', {}, node.name),
    element('span', { class: 'dim' }, node.kind === 'service' ? 'service in ' + node.namespace : 'outside the mesh'),
    facts([
      ['Instances', String(node.instances)],
      ['Requests', rate(node.requestsPerSecond) + ' /s'],
      ['Success', percent(node.successRate)],
      ['p50, p99', millis(node.p50Millis) + ', ' + millis(node.p99Millis)],
    ]),
    ...chart('Requests per second', history.get('node ' + node.id)),
    ...shares([...versions].map(([version, requestsPerSecond]) => ({ version, requestsPerSecond }))),
    ...callers('Called by', into, 'source'),
    ...callers('Calls', out, 'destination'),
  ];
}

function aboutEdge(edge, history) {
  const tcp = edge.protocol === 'tcp';
  return [
    element('h2', {}, short(edge.source) + ' → ' + short(edge.destination)),
    element('span', { class: 'dim' }, edge.protocol.toUpperCase() + ', ' + (edge.mtls ? 'mutual TLS' : 'not all mutual TLS')),
    facts(tcp
      ? [['Bytes', bytes(edge.bytesPerSecond) + '/s'], ['Connections', rate(edge.connectionsPerSecond) + ' /s']]
      : [
        ['Requests', rate(edge.requestsPerSecond) + ' /s'],
        ['Success', percent(edge.successRate)],
        ['p50', millis(edge.p50Millis)],
        ['p99', millis(edge.p99Millis)],
        ['In plaintext', rate(edge.plaintextPerSecond) + ' /s'],
      ]),
    ...chart('Requests per second', history.get('edge ' + edgeId(edge))),
    ...shares(edge.versions),
  ];
}

function facts(pairs) {
  return element('dl', { class: 'facts-list' },
    ...pairs.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]));
}

function chart(title, values) {
  if (values.length < 2) return [];
  const svg = element('svg', { class: 'chart', 'aria-hidden': 'true' });
  draw(svg, values);
  return [element('h3', {}, title), svg];
}

/** How requests split over versions: where a canary is seen to move. */
function shares(list) {
  const versions = list.filter(share => share.version && share.requestsPerSecond > 0)
    .sort((a, b) => (a.version < b.version ? -1 : 1));
  const total = versions.reduce((sum, share) => sum + share.requestsPerSecond, 0);
  if (!total) return [];
  const bar = element('div', { class: 'bar' });
  const key = element('ul', { class: 'bar-key' });
  versions.forEach((share, i) => {
    const part = element('span', { class: 'shade' + (i % 4) });
    part.style.width = (100 * share.requestsPerSecond / total).toFixed(1) + '%';
    bar.append(part);
    key.append(element('li', {}, element('i', { class: 'shade' + (i % 4) }), share.version,
      element('b', {}, percent(share.requestsPerSecond / total))));
  });
  return [element('h3', {}, 'Versions'), bar, key];
}

function callers(title, edges, end) {
  if (!edges.length) return [];
  return [element('h3', {}, title), facts(edges.map(edge => [short(edge[end]), rate(edge.requestsPerSecond) + ' /s']))];
}

function short(id) {
  return id.split('.')[0];
}
