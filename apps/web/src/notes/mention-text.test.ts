import { seededRandom } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { handlesOf, showMentions, storeMentions, suggestPeople, typedMention } from './mention-text.ts'

const people = [
  { id: 'u-ada', name: 'Ada Admin' },
  { id: 'u-a', name: 'Ada' },
  { id: 'u-vera1', name: 'Vera' },
  { id: 'u-vera2', name: 'Vera' },
  { id: 'u-evil', name: ' \u202enimdA adA\n' },
  { id: 'u-none', name: '\u200b' },
  { id: 'u-rtl', name: 'عادل' },
]
const handles = handlesOf(people)

describe('mentions in a text that is being written', () => {
  it('are stored by id, the longest name first, and not in code or in the middle of a word', () => {
    expect(storeMentions('@Ada Admin and @Ada, not me@Ada.example or @Adam or `@Ada`', handles)).toBe(
      '@[u-ada] and @[u-a], not me@Ada.example or @Adam or `@Ada`',
    )
    expect(storeMentions('@عادل?', handles)).toBe('@[u-rtl]?')
  })

  it('tell people of one name apart, and know those whose name is nothing', () => {
    expect(handles.filter(({ handle }) => handle.startsWith('Vera')).map(({ handle }) => handle)).toEqual([
      'Vera (-vera1)',
      'Vera (-vera2)',
    ])
    expect(handles.find(({ id }) => id === 'u-none')?.handle).toBe('u-none')
    expect(handles.find(({ id }) => id === 'u-evil')?.handle).toBe('nimdA adA')
  })

  it('are the same after they were shown and stored again, whatever stands around them', () => {
    const random = seededRandom(11)
    const bits = ['@[u-ada]', '@[u-a]', '@[u-vera1]', '@[u-vera2]', '@[u-rtl]', '@[nobody]', ' Admin', ' ', 'x', '`', '\n', '@', '@[', '.']
    for (let i = 0; i < 3_000; i++) {
      const text = Array.from({ length: 8 }, () => bits[Math.floor(random() * bits.length)]).join('')
      expect(storeMentions(showMentions(text, handles), handles)).toBe(storeMentions(text, handles))
    }
    expect(showMentions('@[u-ada] and @[nobody]', handles)).toBe('@Ada Admin and @[nobody]')
    expect(showMentions('@[u-a] Admin', handles)).toBe('@[u-a] Admin') // shown, it would be somebody else
  })

  it('are completed from the @ before the caret', () => {
    expect(typedMention('hey @ad', 7)).toEqual({ from: 4, typed: 'ad' })
    expect(typedMention('@', 1)).toEqual({ from: 0, typed: '' })
    for (const text of ['a@b', 'no', '@ a', '@a\nb', `@${'x'.repeat(50)}`]) expect(typedMention(text, text.length)).toBeNull()
    expect(suggestPeople(handles, 'ad').map(({ id }) => id)).toEqual(['u-a', 'u-ada', 'u-evil'])
    expect(suggestPeople(handles, 'ada adm').map(({ id }) => id)).toEqual(['u-ada'])
    expect(suggestPeople(handles, 'zzz')).toEqual([])
  })
})
