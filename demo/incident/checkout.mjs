// @ts-check
/**
 * The service in trouble. It takes orders over HTTP and tells a message queue about each; the queue is down, so every
 * attempt to connect is refused, becomes an exception, and each exception becomes a log line with two stack traces. The
 * retry loop has no back-off: that is the bug to be found.
 *
 * The queue is a local one, behind a Unix socket. That matters for what a tracer sees: Node opens TCP connections without
 * waiting, so connect(2) says EINPROGRESS and the refusal comes later, by getsockopt(2); on a Unix socket it is connect(2)
 * itself that answers ECONNREFUSED, as it does for services that use blocking connects.
 *
 *   argv: <http port> <path of the queue's socket> <folder for the log>
 */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import path from 'node:path'
import { createCpuBudget } from './cpu-budget.mjs'
import { openLogFile } from './log-file.mjs'
import { endWithParent, nameThisProcess } from './process-name.mjs'

const httpPort = Number(process.argv[2] ?? 0)
const [queueSocket = 'queue.sock', logFolder = '.'] = process.argv.slice(3)
const ATTEMPTS_PER_ORDER = 500
const ORDERS_IN_FLIGHT = 4

nameThisProcess('checkout')
endWithParent()

const budget = createCpuBudget(0.6)
const log = openLogFile({ path: path.join(logFolder, 'checkout.log'), maxBytes: 32 * 1024 * 1024, syncEveryMs: 250 })
const counters = { orders: 0, refused: 0, dropped: 0 }
let inFlight = 0

/** @typedef {{ id: string, items: { sku: string, quantity: number, priceCents: number }[] }} Order */
/** @typedef {{ order: Order, totalCents: number, checksum: string }} QueueMessage */

/** @returns {Promise<import('node:net').Socket>} */
function connectToQueue() {
  return new Promise((resolve, reject) => {
    const socket = connect({ path: queueSocket })
    socket.once('connect', () => resolve(socket))
    socket.once('error', (error) => reject(new Error(`queue at ${queueSocket} cannot be reached`, { cause: error })))
  })
}

/** @param {QueueMessage} message @param {number} attempt @param {unknown} error */
function formatFailure(message, attempt, error) {
  const failure = error instanceof Error ? error : new Error(String(error))
  const cause = failure.cause instanceof Error ? failure.cause.stack : ''
  return `${JSON.stringify({
    time: new Date().toISOString(),
    level: 'error',
    msg: `publishing order ${message.order.id} failed, attempt ${attempt}`,
    stack: failure.stack,
    cause,
    message,
  })}\n`
}

/** @param {QueueMessage} message */
async function publishWithRetry(message) {
  for (let attempt = 1; attempt <= ATTEMPTS_PER_ORDER; attempt++) {
    try {
      const socket = await connectToQueue()
      socket.end(JSON.stringify(message))
      return
    } catch (error) {
      counters.refused++
      log.writeLogLine(formatFailure(message, attempt, error))
    }
    await budget.wait() // for the sake of the machine that shows the demo; the service believes in retrying at once
  }
  throw new Error(`order ${message.order.id} was given up`)
}

/** @param {Order} order @returns {QueueMessage} */
function priceOrder(order) {
  const totalCents = order.items.reduce((sum, item) => sum + item.quantity * item.priceCents, 0)
  return { order, totalCents, checksum: createHash('sha256').update(JSON.stringify(order)).digest('hex') }
}

/** @param {string} body */
function handleCheckout(body) {
  const message = priceOrder(JSON.parse(body))
  counters.orders++
  if (inFlight >= ORDERS_IN_FLIGHT) {
    counters.dropped++ // bounded: a queue of orders in memory would be a second incident
    return message
  }
  inFlight++
  publishWithRetry(message)
    .catch((error) => log.writeLogLine(`${JSON.stringify({ level: 'fatal', stack: error.stack })}\n`))
    .finally(() => inFlight--)
  return message
}

const server = createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (chunk) => {
    body += chunk
  })
  request.on('end', () => {
    try {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(handleCheckout(body)))
    } catch (error) {
      response.writeHead(400).end(String(error))
    }
  })
})
server.listen(httpPort, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ type: 'listening', port: typeof address === 'object' ? address?.port : httpPort })
})
setInterval(() => process.send?.({ type: 'counters', ...counters, lines: log.lines() }), 1000).unref()
