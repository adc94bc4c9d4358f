import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export type SlackCall = {
  method: string
  http: string
  authorization: string
  contentType: string
  params: Record<string, string>
  body: unknown
}
export type SlackServer = {
  /** Of its Web API, as a setting has it. */
  url: string
  calls: SlackCall[]
  /** What a method answers from now on; undefined: nothing, ever. */
  answers: Map<string, unknown>
  close: () => Promise<void>
}

/** Stands for slack.com on the loopback, and remembers what it was asked. */
export async function startSlackServer(): Promise<SlackServer> {
  const calls: SlackCall[] = []
  const answers = new Map<string, unknown>([['chat.unfurl', { ok: true }]])
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece)
    const text = Buffer.concat(pieces).toString('utf8')
    const url = new URL(request.url ?? '/', 'http://slack.test')
    const method = url.pathname.replace('/api/', '')
    calls.push({
      method,
      http: request.method ?? '',
      authorization: request.headers.authorization ?? '',
      contentType: request.headers['content-type'] ?? '',
      params: Object.fromEntries(url.searchParams),
      body: text === '' ? null : JSON.parse(text),
    })
    const answer = answers.has(method) ? answers.get(method) : { ok: false, error: 'unknown_method' }
    if (answer === undefined) return
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(answer))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/api`,
    calls,
    answers,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
