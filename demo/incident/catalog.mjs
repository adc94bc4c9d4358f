// @ts-check
/** The healthy neighbour, for contrast: answers product queries from memory, logs nothing, talks to nobody. */
import { createServer } from 'node:http'
import { endWithParent, nameThisProcess } from './process-name.mjs'

nameThisProcess('catalog')
endWithParent()

const products = Array.from({ length: 400 }, (_, i) => ({ sku: `sku-${i}`, title: `Product ${i}`, priceCents: 100 + i * 7, stock: i % 13 }))

/** @param {number} below @returns {typeof products} */
function searchProducts(below) {
  return products.filter((product) => product.stock > 0 && product.priceCents < below).sort((a, b) => a.priceCents - b.priceCents)
}

const server = createServer((request, response) => {
  const below = Number(new URL(request.url ?? '/', 'http://catalog').searchParams.get('below') ?? 500)
  response.setHeader('content-type', 'application/json').end(JSON.stringify(searchProducts(below).slice(0, 20)))
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ type: 'listening', port: typeof address === 'object' ? address?.port : 0 })
})
