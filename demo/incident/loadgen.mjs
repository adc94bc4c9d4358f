// @ts-check
/** Customers: a steady trickle of orders to checkout and of searches to catalog. argv: <checkout port> <catalog port> */
import { Agent, request } from 'node:http'
import { endWithParent, nameThisProcess } from './process-name.mjs'

const [checkoutPort = 0, catalogPort = 0] = process.argv.slice(2, 4).map(Number)
const REQUESTS_PER_SECOND = 20

nameThisProcess('loadgen')
endWithParent()

const agent = new Agent({ keepAlive: true, maxSockets: 4 })
let next = 0

function makeOrder() {
  next++
  const items = Array.from({ length: 1 + (next % 5) }, (_, i) => ({
    sku: `sku-${(next * 7 + i) % 400}`,
    quantity: 1 + (i % 3),
    priceCents: 199 + i * 50,
  }))
  return JSON.stringify({ id: `o-${next}`, items })
}

/** @param {number} port @param {string} method @param {string} target @param {string} [body] */
function send(port, method, target, body) {
  request({ host: '127.0.0.1', port, method, path: target, agent }, (response) => response.resume())
    .on('error', () => {}) // a service that is just starting or stopping
    .end(body)
}

setInterval(() => {
  send(checkoutPort, 'POST', '/checkout', makeOrder())
  send(catalogPort, 'GET', `/products?below=${200 + (next % 900)}`)
}, 1000 / REQUESTS_PER_SECOND)
