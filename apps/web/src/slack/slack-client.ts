import { z } from 'zod'

/** What slack.com answered was not `ok`: `code` is its word for why. */
export class SlackError extends Error {
  readonly code: string
  constructor(method: string, code: string) {
    super(`${method}: ${code}`)
    this.name = 'SlackError'
    this.code = code
  }
}

export type SlackClient = {
  /** A GET, for methods that only read. */
  read: (method: string, params: Record<string, string>) => Promise<unknown>
  /** A POST with a JSON body. */
  write: (method: string, body: Record<string, unknown>) => Promise<unknown>
}

const MAX_ANSWER_BYTES = 256 * 1024
const answerSchema = z.looseObject({ ok: z.boolean(), error: z.string().max(200).optional() })

/**
 * Slack's Web API (docs.slack.dev/apis/web-api). Throws a SlackError for what Slack refuses, and any other error where it does not answer
 * within the time. `apiUrl` without a slash at the end.
 */
export function createSlackClient({
  apiUrl,
  botToken,
  timeoutMs = 2_000,
}: {
  apiUrl: string
  botToken: string
  timeoutMs?: number
}): SlackClient {
  const send = async (method: string, url: string, init: RequestInit): Promise<unknown> => {
    const headers = { ...init.headers, authorization: `Bearer ${botToken}` }
    const response = await fetch(url, { ...init, headers, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) })
    const text = await textOf(response)
    if (!response.ok) throw new SlackError(method, `http_${response.status}`)
    const answer = answerSchema.parse(JSON.parse(text))
    if (!answer.ok) throw new SlackError(method, answer.error ?? 'unknown_error')
    return answer
  }
  return {
    read: (method, params) => send(method, `${apiUrl}/${method}?${new URLSearchParams(params)}`, {}),
    write: (method, body) =>
      send(method, `${apiUrl}/${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify(body),
      }),
  }
}

async function textOf(response: Response): Promise<string> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of response.body ?? []) {
    bytes += piece.length
    if (bytes > MAX_ANSWER_BYTES) throw new Error('Slack answered more than was asked for')
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}
