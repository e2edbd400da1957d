// The page: polls the operator API every two seconds and gives what it says to the views.
import { get, login, NotLoggedIn, tokenFromAddress } from './api.js';
import { edgeId, GraphView } from './graph.js';
import { draw, History, showPanel } from './panel.js';
import { showFindings, showProxies, showServices } from './tables.js';
import { millis, percent, rate } from './words.js';

const POLL_MILLIS = 2000;
const byId = id => document.getElementById(id);
const history_ = new History();
const view = new GraphView(byId('graph'), choose);
const tabs = ['graph', 'proxies', 'services', 'findings'];
let chosen = null;
let graph = { nodes: [], edges: [] };
let namespace = '';

// --- looks

const stored = localStorage.getItem('weft-theme');
const dark = matchMedia('(prefers-color-scheme: dark)');
setTheme(stored ?? (dark.matches ? 'dark' : 'light'));
byId('theme').addEventListener('click', () => {
  const next = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  localStorage.setItem('weft-theme', next);
  setTheme(next);
});

function setTheme(name) {
  document.documentElement.dataset.theme = name;
}

// --- views

tabs.forEach(name => byId('tab-' + name).addEventListener('click', () => open(name)));
addEventListener('hashchange', () => open(location.hash.slice(1)));
addEventListener('keydown', event => { if (event.key === 'Escape') choose(null); });

function open(name) {
  if (!tabs.includes(name)) return;
  for (const other of tabs) {
    byId('tab-' + other).setAttribute('aria-selected', String(other === name));
    byId('view-' + other).hidden = other !== name;
  }
  if (location.hash.slice(1) !== name) history.replaceState(null, '', '#' + name);
  if (name === 'graph') view.place();
}

function choose(what) {
  chosen = what;
  view.mark(what);
  showPanel(byId('panel'), graph, chosen, history_, () => choose(null));
}

byId('namespace').addEventListener('change', event => {
  namespace = event.target.value;
  poll();
});

// --- numbers

function show(info, all, proxies, services, findings) {
  byId('domain').textContent = info.trustDomain;
  namespaces(all);
  graph = inNamespace(all);
  remember(graph);
  byId('graph-empty').hidden = graph.nodes.length > 0;
  view.show(graph);
  showPanel(byId('panel'), graph, chosen, history_, () => choose(null));
  tiles(graph, proxies);
  showProxies(byId('proxies'), proxies);
  showServices(byId('services'), services);
  showFindings(byId('findings'), findings);
  const count = findings.diagnostics.filter(finding => finding.severity !== 'info').length;
  byId('finding-count').hidden = count === 0;
  byId('finding-count').textContent = count;
}

function namespaces(all) {
  const names = [...new Set(all.nodes.map(node => node.namespace).filter(Boolean))].sort();
  byId('namespace-field').hidden = names.length < 2;
  const select = byId('namespace');
  if (select.dataset.names === names.join()) return;
  select.dataset.names = names.join();
  select.replaceChildren(new Option('all', ''), ...names.map(name => new Option(name, name)));
  select.value = names.includes(namespace) ? namespace : '';
  namespace = select.value;
}

/** A namespace's services with everything they call or are called by. */
function inNamespace(all) {
  if (!namespace) return all;
  const inside = new Set(all.nodes.filter(node => node.namespace === namespace).map(node => node.id));
  const edges = all.edges.filter(edge => inside.has(edge.source) || inside.has(edge.destination));
  const near = new Set([...inside, ...edges.flatMap(edge => [edge.source, edge.destination])]);
  return { ...all, edges, nodes: all.nodes.filter(node => near.has(node.id)) };
}

function remember(shown) {
  shown.nodes.forEach(node => history_.add('node ' + node.id, node.requestsPerSecond));
  shown.edges.forEach(edge => history_.add('edge ' + edgeId(edge), edge.requestsPerSecond));
}

function tiles(shown, proxies) {
  const http = shown.edges.filter(edge => edge.protocol !== 'tcp');
  const total = http.reduce((sum, edge) => sum + edge.requestsPerSecond, 0);
  const good = http.reduce((sum, edge) => sum + edge.requestsPerSecond * edge.successRate, 0);
  const success = total ? good / total : 1;
  const p99 = Math.max(0, ...http.map(edge => edge.p99Millis));
  const busy = shown.edges.filter(edge => edge.requestsPerSecond > 0 || edge.bytesPerSecond > 0);
  const secure = busy.filter(edge => edge.mtls).length;
  const synced = proxies.proxies.filter(proxy => proxy.state === 'synced').length;
  byId('tile-rate').textContent = rate(total) + ' /s';
  byId('tile-success').textContent = total ? percent(success) : '–';
  byId('tile-p99').textContent = millis(p99);
  byId('tile-mtls').textContent = busy.length ? percent(secure / busy.length) : '–';
  byId('note-mtls').textContent = busy.length ? `${secure} of ${busy.length} edges` : '';
  byId('tile-sync').textContent = `${synced} / ${proxies.proxies.length}`;
  byId('note-sync').textContent = 'configuration ' + proxies.configVersion;
  history_.add('rate', total);
  history_.add('success', success);
  history_.add('p99', p99);
  draw(byId('spark-rate'), history_.get('rate'));
  draw(byId('spark-success'), history_.get('success'), 0.9, 1);
  draw(byId('spark-p99'), history_.get('p99'));
}

// --- polling

let timer = 0;

async function poll() {
  clearTimeout(timer);
  try {
    show(...await Promise.all(['info', 'graph', 'proxies', 'services', 'diagnostics'].map(get)));
    live('live', 'live');
  } catch (problem) {
    if (problem instanceof NotLoggedIn) {
      live('lost', 'not logged in');
      askForToken();
      return;
    }
    live('lost', 'control plane away; traffic goes on');
  }
  timer = setTimeout(poll, POLL_MILLIS);
}

function live(state, text) {
  byId('live').dataset.state = state;
  byId('live').textContent = text;
}

// --- login

function askForToken() {
  if (!byId('login').open) byId('login').showModal();
}

byId('login').addEventListener('cancel', event => event.preventDefault());
byId('login-form').addEventListener('submit', async event => {
  event.preventDefault();
  const accepted = await login(byId('token').value.trim());
  byId('login-problem').hidden = accepted;
  byId('login-problem').textContent = 'The control plane does not accept this token.';
  if (accepted) {
    byId('token').value = '';
    byId('login').close();
    poll();
  }
});

const given = tokenFromAddress();
if (given) await login(given);
open(location.hash.slice(1) || 'graph');
poll();
