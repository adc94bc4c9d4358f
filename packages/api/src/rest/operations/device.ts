import { type DeviceError, deviceCodeSchema, deviceNameSchema, SCOPES, scopesSchema } from '@sonde/contract'
import { pollDeviceLogin, startDeviceLogin } from '@sonde/domain'
import * as z from 'zod'
import { operation } from '../operation.ts'
import { OauthError } from '../rest-error.ts'

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:device_code'

const ERROR_WORDS: Record<DeviceError, string> = {
  authorization_pending: 'nobody has answered yet: ask again after the interval',
  slow_down: 'that was too soon: wait five seconds longer between two requests from now on',
  access_denied: 'a person said no',
  expired_token: 'nobody answered in time: begin again',
  invalid_grant: 'this device code is not one, or was used already',
}

/** RFC 6749, 3.3: names with spaces between them. Absent: all of them. */
const scopeText = z
  .string()
  .max(500)
  .default(Object.keys(SCOPES).join(' '))
  .transform((text) => text.split(' ').filter(Boolean))
  .pipe(scopesSchema)

/** RFC 8628. No client has a secret; `client_id` is what the program calls itself, for the person to read. */
export const deviceOperations = [
  operation({
    id: 'device.code',
    method: 'POST',
    path: '/device/code',
    summary: 'Ask to act as somebody (RFC 8628, 3.1)',
    description: 'The answer has a code for the person to type at `verification_uri`, where they are signed in.',
    access: 'public',
    body: { schema: z.object({ client_id: deviceNameSchema, scope: scopeText }), form: true },
    answer: { status: 200, schema: deviceCodeSchema, description: 'The two codes, and how often to ask for the token.' },
    run: ({ app }, { body }) => startDeviceLogin(app, { deviceName: body.client_id, scopes: body.scope }),
  }),
  operation({
    id: 'device.token',
    method: 'POST',
    path: '/device/token',
    summary: 'Ask for the token (RFC 8628, 3.4)',
    description:
      'Until a person has said yes: 400 with `{ error }`, one of authorization_pending, slow_down, access_denied, expired_token, invalid_grant.',
    access: 'public',
    body: {
      schema: z.object({ grant_type: z.string().max(100), device_code: z.string().max(200), client_id: z.string().max(200).optional() }),
      form: true,
    },
    answer: {
      status: 200,
      schema: z.object({ access_token: z.string(), token_type: z.literal('Bearer'), expires_in: z.number().int(), scope: z.string() }),
      description: 'The token, this once.',
    },
    run: async ({ app }, { body }) => {
      if (body.grant_type !== GRANT_TYPE) throw new OauthError('unsupported_grant_type', `the grant type is ${GRANT_TYPE}`)
      const answer = await pollDeviceLogin(app, { deviceCode: body.device_code })
      if (typeof answer === 'string') throw new OauthError(answer, ERROR_WORDS[answer])
      const { expiresAt, createdAt, scopes } = answer.view
      const expiresIn = Math.round((expiresAt.getTime() - createdAt.getTime()) / 1_000)
      return { access_token: answer.token, token_type: 'Bearer', expires_in: expiresIn, scope: scopes.join(' ') }
    },
  }),
]
