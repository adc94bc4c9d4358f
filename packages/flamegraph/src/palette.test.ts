import { describe, expect, it } from 'vitest'
import { randomTree, treeOf } from '../testing/random-tree.ts'
import { contrast, mix, oklchToRgb, parseHex, type Rgb, rgbToOklab, rgbToOklch, toHex } from './color.ts'
import { announceFrame, describeFrame } from './describe.ts'
import { changeText } from './flame-diff.ts'
import { buildInks, moduleFamily, SELF_GRADES, selfGrade } from './inks.ts'
import { buildPalette, FAMILY, GRADE_SHARES, inkOf, MIN_CONTRAST, TONE, VARIANTS } from './palette.ts'
import { DARK_THEME, type FlameTheme, LIGHT_THEME, THEME_CSS, THEME_TOKENS } from './theme.ts'

/** Linear-RGB matrices for full protanopia and deuteranopia: Machado, Oliveira and Fernandes, 2009. */
const BLINDNESS = {
  none: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
}

function seenBy(matrix: readonly number[], rgb: Rgb): Rgb {
  const linear = rgb.map((byte) => (byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4))
  const channel = (row: number): number => {
    const c = [0, 1, 2].reduce((sum, i) => sum + (matrix[row * 3 + i] ?? 0) * (linear[i] ?? 0), 0)
    return Math.round(255 * Math.min(1, Math.max(0, c <= 0.0031308 ? c * 12.92 : 1.055 * c ** (1 / 2.4) - 0.055)))
  }
  return [channel(0), channel(1), channel(2)]
}

const distance = (a: Rgb, b: Rgb): number => {
  const [x, y] = [rgbToOklab(a), rgbToOklab(b)]
  return Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2])
}

const themes: [string, FlameTheme][] = [
  ['light', LIGHT_THEME],
  ['dark', DARK_THEME],
]

describe.each(themes)('palette, %s', (_, theme) => {
  const palette = buildPalette(theme)

  it('has text of 4.5:1 on every fill, faded ones too', () => {
    expect(palette.fill.length).toBeGreaterThan(500)
    palette.fillRgb.forEach((fill, ink) => {
      expect(contrast(fill, palette.textRgb[ink] ?? fill)).toBeGreaterThanOrEqual(MIN_CONTRAST)
    })
  })

  it.each(Object.entries(BLINDNESS))('keeps the kinds apart: vision %s', (_, matrix) => {
    const kinds = [FAMILY.user, FAMILY.kernel, FAMILY.jit, FAMILY.inlined, FAMILY.unknown, FAMILY.match]
    for (const a of kinds) {
      for (const b of kinds) {
        if (a >= b) continue
        const [colorA, colorB] = [palette.fillRgb[inkOf(a, 2, TONE.normal)], palette.fillRgb[inkOf(b, 2, TONE.normal)]]
        if (!colorA || !colorB) throw new Error('no such ink')
        expect([a, b, distance(seenBy(matrix, colorA), seenBy(matrix, colorB)) > 0.055]).toEqual([a, b, true])
      }
    }
  })

  it.each(Object.entries(BLINDNESS))(
    'tells less from more from the same at every grade, and grades from each other: vision %s',
    (_, matrix) => {
      const seen = (family: number, grade: number): Rgb => seenBy(matrix, palette.fillRgb[inkOf(family, grade, TONE.normal)] ?? theme.bg)
      const same = seen(FAMILY.same, 0)
      for (let grade = 0; grade < GRADE_SHARES.diff.length; grade++) {
        const [less, more] = [seen(FAMILY.less, grade), seen(FAMILY.more, grade)]
        expect([grade, distance(less, more) > 0.06, distance(less, same) > 0.03, distance(more, same) > 0.03]).toEqual([
          grade,
          true,
          true,
          true,
        ])
      }
      for (const [family, grades] of [
        [FAMILY.less, GRADE_SHARES.diff.length],
        [FAMILY.more, GRADE_SHARES.diff.length],
        [FAMILY.self, GRADE_SHARES.self.length],
      ] as const) {
        // Away from the background, grade by grade.
        const steps = Array.from({ length: grades }, (__, grade) => distance(seenBy(matrix, theme.bg), seen(family, grade)))
        for (let grade = 1; grade < grades; grade++) expect((steps[grade] ?? 0) - (steps[grade - 1] ?? 0)).toBeGreaterThan(0.015)
      }
    },
  )

  it('makes matches stand out from all that a search fades', () => {
    const match = palette.fillRgb[inkOf(FAMILY.match, 0, TONE.normal)] ?? theme.bg
    for (const matrix of Object.values(BLINDNESS)) {
      for (let family = 0; family < FAMILY.match; family++) {
        const faded = palette.fillRgb[inkOf(family, 0, TONE.faded)] ?? match
        expect(distance(seenBy(matrix, match), seenBy(matrix, faded))).toBeGreaterThan(0.2)
      }
    }
  })

  it('shades a family so that neighbours differ, and gives it one text colour', () => {
    for (const family of [FAMILY.user, FAMILY.kernel, FAMILY.jit, FAMILY.inlined]) {
      const inks = Array.from({ length: VARIANTS }, (_, variant) => inkOf(family, variant, TONE.normal))
      expect(new Set(inks.map((ink) => palette.fill[ink])).size).toBeGreaterThanOrEqual(VARIANTS - 1)
      expect(new Set(inks.map((ink) => palette.text[ink])).size).toBe(1)
    }
  })

  it('has the same colours as pixels', () => {
    const bytes = new Uint8Array(palette.pixel.buffer)
    palette.fillRgb.forEach((rgb, ink) => {
      expect([...bytes.subarray(ink * 4, ink * 4 + 4)]).toEqual([...rgb, 255])
    })
  })
})

it('stays readable under any theme that an app may set', () => {
  const odd: FlameTheme = {
    ...LIGHT_THEME,
    user: [119, 119, 119],
    kernel: [128, 128, 128],
    match: [255, 0, 0],
    text: [90, 90, 90],
    'text-inverse': [200, 200, 200],
  }
  const palette = buildPalette({ ...odd, text: [0, 0, 0], 'text-inverse': [255, 255, 255] })
  palette.fillRgb.forEach((fill, ink) => {
    expect(contrast(fill, palette.textRgb[ink] ?? fill)).toBeGreaterThanOrEqual(MIN_CONTRAST)
  })
  // Even two text colours of which neither reaches AA on white must not loop or throw.
  expect(buildPalette(odd).fill.length).toBe(palette.fill.length)
})

describe('colours of frames', () => {
  it('are the same for the same name and module everywhere', () => {
    const [a, b] = [buildInks(randomTree(50, 1), 'kind'), buildInks(randomTree(50, 1), 'kind')]
    for (let node = 0; node < 50; node++) expect([a.family(node), a.variant(node)]).toEqual([b.family(node), b.variant(node)])
    expect(moduleFamily('/usr/lib/libc.so.6')).toBe(moduleFamily('/usr/lib/libc.so.6'))
    expect(moduleFamily('[kernel.kallsyms]')).toBe(FAMILY.kernel)
    expect(moduleFamily('')).toBe(FAMILY.unknown)
  })
})

describe('colours of weights', () => {
  it('grade own weight by its share of all, group rows apart', () => {
    expect(SELF_GRADES.map(selfGrade)).toEqual([0, 1, 2, 3, 4, 5])
    expect([0, 0.00049, 0.0021, 0.0999, 1].map(selfGrade)).toEqual([0, 0, 2, 4, 5])
    const tree = randomTree(200, 4)
    const inks = buildInks(tree, 'self')
    expect(inks.family(0)).toBe(FAMILY.group)
    for (let node = 1; node < tree.length; node++) {
      expect(inks.family(node)).toBe(FAMILY.self)
      expect(inks.variant(node)).toBe(selfGrade((tree.self[node] ?? 0) / (tree.total[0] ?? 1)))
    }
  })

  it('show a difference by its side and size, with a sign, and leave grey what chance explains', () => {
    const tree = treeOf({ parents: [0, 0, 0, 0, 0], labelOf: (i) => `f${i}`, selfOf: () => 1 })
    const here = Float64Array.of(100, 60, 10, 10, 20, 0)
    const rest = Float64Array.of(1000, 50, 130, 300, 200, 340)
    const change = Float32Array.from(here, (value, i) => value / 100 - (rest[i] ?? 0) / 1000)
    const diff = { here, rest, change, hereCount: here, restCount: rest, clear: Uint8Array.of(0, 1, 0, 1, 1, 1), restHosts: 3 }
    const inks = buildInks({ ...tree, diff }, 'diff')
    const shown = Array.from({ length: 6 }, (_, node) => [inks.family(node), inks.variant(node), inks.sign(node)])
    expect(shown).toEqual([
      [FAMILY.same, 0, ''],
      [FAMILY.more, 3, '▲'],
      [FAMILY.same, 0, ''],
      [FAMILY.less, 2, '▼'],
      [FAMILY.same, 0, ''],
      [FAMILY.less, 3, '▼'],
    ])
    expect(buildInks(tree, 'diff').family(1)).toBe(FAMILY.same)
    expect(describeFrame({ ...tree, diff }, 1, 'samples', 10).rows).toEqual([
      { label: 'this host', value: '60 samples', share: '60.0 %' },
      { label: 'the other 3 hosts', value: '50 samples', share: '5.0 %' },
      { label: 'difference', value: '▲ 55.0 points more', share: '' },
    ])
    expect(changeText({ ...tree, diff }, 2)).toBe('3.0 points less, within chance')
    expect(changeText({ ...tree, diff }, 4)).toBe('the same')
    expect(announceFrame({ ...tree, diff }, 3)).toContain('▼ 20.0 points less')
  })
})

describe('colour arithmetic', () => {
  it('goes to OKLCH and back', () => {
    for (const hex of ['#000000', '#ffffff', '#f2b95c', '#2f679f', '#010203'])
      expect(toHex(oklchToRgb(rgbToOklch(parseHex(hex))))).toBe(hex)
  })
  it('knows the ends of the contrast scale and of a mix', () => {
    expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21)
    expect(contrast([119, 119, 119], [255, 255, 255])).toBeCloseTo(4.48, 1)
    expect(mix([10, 20, 30], [200, 100, 50], 0)).toEqual([10, 20, 30])
    expect(mix([10, 20, 30], [200, 100, 50], 1)).toEqual([200, 100, 50])
  })
})

it('offers every token as CSS, light and dark, without specificity', () => {
  for (const token of THEME_TOKENS) expect(THEME_CSS.split(`--flame-${token}:`)).toHaveLength(3)
  expect(THEME_CSS).toMatch(/^:where\(:root\)\{.+\}:where\(\.dark,/)
})
