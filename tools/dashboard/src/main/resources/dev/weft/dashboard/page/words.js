// Numbers in the words of the page.

/** 0.4, 12.3, 1.2k */
export function rate(value) {
  if (value >= 10000) return (value / 1000).toFixed(0) + 'k';
  if (value >= 1000) return (value / 1000).toFixed(1) + 'k';
  if (value >= 100) return value.toFixed(0);
  return value.toFixed(1);
}

/** 850 µs, 3.2 ms, 1.4 s */
export function millis(value) {
  if (!value) return '–';
  if (value < 1) return Math.round(value * 1000) + ' µs';
  if (value < 10) return value.toFixed(1) + ' ms';
  if (value < 1000) return Math.round(value) + ' ms';
  return (value / 1000).toFixed(1) + ' s';
}

/** 100 %, 99.95 %, 97 %: never rounded up to 100. */
export function percent(share) {
  const value = share * 100;
  if (value >= 100) return '100 %';
  if (value > 99) return (Math.floor(value * 100) / 100).toString() + ' %';
  return value.toFixed(value < 10 && value > 0 ? 1 : 0) + ' %';
}

export function bytes(value) {
  if (value < 1000) return Math.round(value) + ' B';
  if (value < 1e6) return (value / 1e3).toFixed(1) + ' kB';
  return (value / 1e6).toFixed(1) + ' MB';
}

export function age(seconds) {
  if (seconds < 120) return Math.max(0, Math.round(seconds)) + ' s';
  if (seconds < 7200) return Math.round(seconds / 60) + ' min';
  if (seconds < 172800) return Math.round(seconds / 3600) + ' h';
  return Math.round(seconds / 86400) + ' d';
}

/** Which of good, warn, bad, idle a success rate is. */
export function health(requestsPerSecond, successRate) {
  if (requestsPerSecond < 0.05) return 'idle';
  if (successRate >= 0.99) return 'good';
  return successRate >= 0.95 ? 'warn' : 'bad';
}

/** A new element with attributes (or an SVG one) and children: strings become text, never markup. */
export function element(name, attributes = {}, ...children) {
  const svg = SVG.has(name);
  const made = svg ? document.createElementNS('http://www.w3.org/2000/svg', name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) made.setAttribute(key, value);
  }
  made.append(...children.filter(child => child !== null && child !== undefined));
  return made;
}

const SVG = new Set(['svg', 'g', 'path', 'rect', 'circle', 'text', 'tspan', 'title', 'defs', 'marker']);
