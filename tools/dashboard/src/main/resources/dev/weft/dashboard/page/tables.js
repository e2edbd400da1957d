// The views that are tables.
import { age, element } from './words.js';

const STATES = { synced: 'good', stale: 'warn', rejected: 'bad', disconnected: 'bad' };

export function showProxies(target, list) {
  if (!list.proxies.length) {
    target.replaceChildren(element('p', { class: 'none' }, 'No sidecars. “weft run” starts an application with one.'));
    return;
  }
  target.replaceChildren(table(
    ['Proxy', 'State', 'Configuration', 'Certificate', 'Version', 'Address', 'Identity'],
    list.proxies.map(proxy => [
      cell(proxy.id, proxy.service && !proxy.id.startsWith(proxy.service + '.') ? 'service ' + proxy.service : ''),
      element('span', { class: 'pill ' + (STATES[proxy.state] ?? '') }, proxy.state),
      configuration(proxy, list.configVersion),
      certificate(proxy.certificate),
      cell(proxy.version || '–', proxy.versionSkew ? 'not the control plane’s' : ''),
      cell(proxy.address, proxy.mode === 'NONE' ? 'explicit' : 'redirected'),
      element('span', { class: 'mono' }, proxy.identity ?? 'none (plaintext)'),
    ])));
}

function configuration(proxy, newest) {
  const behind = newest - proxy.configVersion;
  const reasons = proxy.sync.filter(type => type.reason).map(type => type.type + ': ' + type.reason).join('; ');
  return cell(String(proxy.configVersion), reasons || (behind > 0 ? behind + ' behind' : ''));
}

function certificate(known) {
  if (!known) return cell('–', '');
  return cell(age(known.ageSeconds) + ' old', age(known.remainingSeconds) + ' left');
}

export function showServices(target, list) {
  if (!list.services.length) {
    target.replaceChildren(element('p', { class: 'none' }, 'No services. They are YAML documents of kind Service.'));
    return;
  }
  target.replaceChildren(table(
    ['Service', 'Address', 'Ports', 'Endpoints', 'Host'],
    list.services.map(service => [
      cell(service.name, service.namespace),
      element('span', { class: 'mono' }, service.vip),
      service.ports.map(port => `${port.port} ${port.protocol}`).join(', '),
      element('span', { class: 'pill ' + (service.endpoints ? 'good' : 'warn') }, String(service.endpoints)),
      element('span', { class: 'mono' }, service.host),
    ])));
}

export function showFindings(target, list) {
  if (!list.diagnostics.length) {
    target.replaceChildren(element('p', { class: 'none' }, 'No findings: every document is in force.'));
    return;
  }
  const colours = { error: 'bad', warning: 'warn', info: '' };
  target.replaceChildren(table(
    ['Severity', 'Where', 'What', 'Code'],
    list.diagnostics.map(finding => [
      element('span', { class: 'pill ' + (colours[finding.severity] ?? '') }, finding.severity),
      cell(finding.file ? finding.file + ':' + finding.line : '–', finding.path),
      cell(finding.problem, finding.hint),
      element('span', { class: 'mono' }, finding.code),
    ])));
}

function cell(main, note) {
  const made = element('div', {}, element('div', {}, main));
  if (note) made.append(element('div', { class: 'small' }, note));
  return made;
}

function table(header, rows) {
  return element('table', {},
    element('thead', {}, element('tr', {}, ...header.map(name => element('th', { scope: 'col' }, name)))),
    element('tbody', {}, ...rows.map(row => element('tr', {}, ...row.map(value => element('td', {}, value))))));
}
