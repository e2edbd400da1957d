// Opens a WebSocket from a page in a real headless Chromium and prints what came back as one line of JSON.
// usage: node websocket.mjs PLAYWRIGHT_FOLDER CHROMIUM PAGE_URL
import { createRequire } from 'node:module';

const [playwright, chromium, page] = process.argv.slice(2);
const { chromium: browserType } = createRequire(import.meta.url)(playwright);
const browser = await browserType.launch({
  executablePath: chromium,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
try {
  const tab = await browser.newPage();
  await tab.goto(page);
  const saw = await tab.evaluate(() => new Promise((resolve, reject) => {
    const saw = {};
    const socket = new WebSocket(location.href.replace('http', 'ws') + 'chat');
    socket.binaryType = 'arraybuffer';
    const sent = Uint8Array.from({ length: 100000 }, (_, i) => i * 31);
    socket.onopen = () => socket.send('grüße');
    socket.onmessage = ({ data }) => {
      if (typeof data === 'string') {
        saw.text = data;
        socket.send(sent);
      } else {
        const got = new Uint8Array(data);
        saw.same = got.length === sent.length && got.every((b, i) => b === sent[i]);
        socket.close(4001, 'enough');
      }
    };
    socket.onclose = ({ code, reason, wasClean }) => resolve({ ...saw, code, reason, wasClean });
    setTimeout(() => reject(new Error('silence after ' + JSON.stringify(saw))), 15000);
  }));
  console.log(JSON.stringify(saw));
} finally {
  await browser.close();
}
