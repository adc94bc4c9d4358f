import { describe, expect, it } from 'vitest'
import { SIGNING_SECRET, signed } from './testing/recorded.ts'
import { isFromSlack } from './verify-slack-request.ts'

/** The worked example of Slack's documentation: https://docs.slack.dev/authentication/verifying-requests-from-slack */
const EXAMPLE = {
  timestamp: '1531420618',
  signature: 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
  body: 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
}
const THEN = 1531420618_000

describe('isFromSlack', () => {
  it('accepts the example of the documentation, at its time', () => {
    expect(isFromSlack(EXAMPLE, SIGNING_SECRET, THEN)).toBe(true)
  })
  it('refuses it with one letter of the body, the secret, the time or the signature changed', () => {
    for (const over of [
      { body: EXAMPLE.body.replace('roadrunner', 'roadrunneR') },
      { body: `${EXAMPLE.body} ` },
      { timestamp: '1531420619' },
      { signature: EXAMPLE.signature.replace(/3$/, '4') },
      { signature: EXAMPLE.signature.toUpperCase() },
      { signature: EXAMPLE.signature.slice(3) },
      { signature: '' },
      { signature: null },
      { timestamp: null },
      { timestamp: '1531420618.0' },
      { timestamp: 'NaN' },
    ])
      expect(isFromSlack({ ...EXAMPLE, ...over }, SIGNING_SECRET, THEN), JSON.stringify(over)).toBe(false)
    expect(isFromSlack(EXAMPLE, `${SIGNING_SECRET}x`, THEN)).toBe(false)
  })
  it('takes five minutes for now, on both sides, and no more', () => {
    for (const [ageSeconds, isFresh] of [
      [0, true],
      [300, true],
      [-300, true],
      [301, false],
      [-302, false],
    ] as const)
      expect(isFromSlack(signed('{}', { nowMs: THEN, ageSeconds }), SIGNING_SECRET, THEN), `${ageSeconds}`).toBe(isFresh)
  })
})
