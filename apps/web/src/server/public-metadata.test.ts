import { expect, it } from 'vitest'
import { captureOfPath } from './public-metadata.ts'

it.each([
  ['/captures/c0ffee00', 'c0ffee00'],
  ['/captures/c0ffee00?v=1&zoom=x', 'c0ffee00'],
  ['/captures/c0ffee00/change', 'c0ffee00'],
  ['/captures', null],
  ['/captures/', null],
  ['/captures/../hosts', null],
  ['/captures/%2e%2e', null],
  ['/hosts/c0ffee00', null],
  ['//evil.example/captures/c0ffee00', null],
])('%s is about %s', (path, id) => expect(captureOfPath(path)).toBe(id))
