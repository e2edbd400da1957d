// Drives the dashboard as a person would, in a real headless Chromium, and prints what it saw as one line of JSON.
// usage: node dashboard.mjs PLAYWRIGHT_FOLDER CHROMIUM BASE_URL TOKEN SCREENSHOT
import { createRequire } from 'node:module';

const [playwright, chromium, base, token, screenshot] = process.argv.slice(2);
const { chromium: browserType } = createRequire(import.meta.url)(playwright);
const browser = await browserType.launch({
  executablePath: chromium,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
const saw = { problems: [] };
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(30000);
  page.on('pageerror', error => saw.problems.push(String(error)));
  page.on('request', request => {
    const url = request.url();
    if (!url.startsWith(base) && !/^(data|about|blob):/.test(url)) saw.problems.push(`asked elsewhere: ${url}`);
  });

  // Without a token nothing is shown, and a wrong one is refused.
  await page.goto(base + '/');
  await page.waitForSelector('#login[open]');
  await page.fill('#token', 'wrong');
  await page.click('#login-form button[type=submit]');
  await page.waitForSelector('#login-problem:not([hidden])');
  saw.refused = await page.textContent('#login-problem');
  await page.fill('#token', token);
  await page.click('#login-form button[type=submit]');

  // The graph: an edge with a rate, and tiles with numbers that are not placeholders.
  // Attached, not visible: a straight edge is a box without height, which counts as hidden.
  await page.waitForSelector('[data-edge]', { state: 'attached' });
  await page.waitForFunction(() => parseFloat(document.getElementById('tile-rate').textContent.replace(/[^0-9.]/g, '')) > 0);
  saw.nodes = await page.$$eval('[data-node]', nodes => nodes.map(node => node.dataset.node));
  saw.edges = await page.$$eval('[data-edge]', edges => edges.map(edge => ({ id: edge.dataset.edge, text: edge.getAttribute('aria-label') })));
  saw.rate = await page.textContent('#tile-rate');
  saw.success = await page.textContent('#tile-success');
  saw.p99 = await page.textContent('#tile-p99');
  saw.mtls = await page.textContent('#tile-mtls');
  saw.live = await page.getAttribute('#live', 'data-state');
  // Live: what the page shows changes without a reload.
  const before = await page.textContent('#graph');
  await page.waitForFunction(old => document.getElementById('graph').textContent !== old, before);

  // A click on an edge opens its details; the graph redraws, so the click goes to the element itself.
  await page.$eval('[data-edge]', edge => edge.dispatchEvent(new MouseEvent('click', { bubbles: true })));
  await page.waitForSelector('#panel:not([hidden])');
  saw.panel = await page.textContent('#panel');
  await page.screenshot({ path: screenshot });

  await page.click('#tab-proxies');
  await page.waitForSelector('#view-proxies:not([hidden]) tbody tr');
  saw.proxies = await page.$$eval('#proxies tbody tr', rows => rows.map(row => row.textContent));
  await page.click('#tab-services');
  await page.waitForSelector('#view-services:not([hidden]) tbody tr');
  saw.services = await page.textContent('#services');
  await page.click('#theme');
  saw.theme = await page.evaluate(() => document.documentElement.dataset.theme);
  await page.screenshot({ path: screenshot.replace('.png', '-services.png') });
} catch (error) {
  saw.problems.push(String(error));
} finally {
  await browser.close();
}
console.log(JSON.stringify(saw));
process.exit(saw.problems.length ? 1 : 0);
