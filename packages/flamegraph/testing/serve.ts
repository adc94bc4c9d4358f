import { createServer } from 'node:http'
import { bundleDevPage } from './bundle.ts'

/** `npx tsx packages/flamegraph/testing/serve.ts [port]`, bundled anew for each load. */
const port = Number(process.argv[2] ?? 4690)
createServer((request, response) => {
  bundleDevPage(request.url?.startsWith('/engine') ? 'engine-page.tsx' : 'page.tsx').then(
    (html) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html),
    (cause: unknown) => response.writeHead(500).end(String(cause)),
  )
}).listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}/?n=100000`))
