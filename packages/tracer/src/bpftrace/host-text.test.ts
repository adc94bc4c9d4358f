import { seededRandom } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { hostText } from './host-text.ts'

/** As bpftrace 0.17 writes a text into JSON (src/output.cpp, json_escape), and a JSON reader reads it. */
function asPrinted(bytes: Buffer): string {
  let json = '"'
  for (const byte of bytes) {
    if (byte === 0x22 || byte === 0x5c) json += `\\${String.fromCharCode(byte)}`
    else if (byte >= 0x80) json += `\\uffffff${byte.toString(16)}`
    else if (byte < 0x20) json += `\\u00${byte.toString(16).padStart(2, '0')}`
    else json += String.fromCharCode(byte)
  }
  return JSON.parse(`${json}"`)
}

describe('text of the host', () => {
  it('comes out of JSON as the bytes that it was', () => {
    for (const text of ['', 'plain', 'üñ€😀', 'a"b\\c\n\u0001', '\uffff', 'ffff89', '\\uffffff89', 'ende\u00fc'])
      expect(hostText(asPrinted(Buffer.from(text)), 4_096)).toBe(text)
  })

  it('is what a UTF-8 decoder makes of it, whatever the bytes', () => {
    const random = seededRandom(7)
    for (let i = 0; i < 2_000; i++) {
      const bytes = Buffer.from(Array.from({ length: Math.floor(random() * 40) }, () => 1 + Math.floor(random() * 255)))
      expect(hostText(asPrinted(bytes), 4_096)).toBe(bytes.toString('utf8'))
    }
  })

  it('says when it was cut', () => {
    expect(hostText('a'.repeat(62), 64)).toBe('a'.repeat(62))
    expect(hostText('a'.repeat(63), 64)).toBe(`${'a'.repeat(63)}…`)
    expect(hostText(asPrinted(Buffer.from('ü'.repeat(31))), 64)).toBe('ü'.repeat(31))
    expect(hostText(asPrinted(Buffer.from(`${'ü'.repeat(31)}a`)), 64)).toBe(`${'ü'.repeat(31)}a…`)
  })
})
