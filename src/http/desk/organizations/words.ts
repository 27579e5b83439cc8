import type { Language } from '../../pages/speech.ts'

const en = {
  register: 'Register an organisation',
  hint: 'Look first whether it is here already, perhaps by another name.',
  id: 'Its ID: small Latin letters, digits and hyphens. It never changes',
  name: 'Name',
  country: 'Country, two letters (KG)',
  alias: 'Another name that people use',
  addAlias: 'Add another name',
  rename: 'It has a new name',
  newName: 'The new name',
  from: 'From the day',
  correctName: 'Correct the spelling of its name',
  rightName: 'The name as it is spelled rightly',
  none: 'No organisation is registered yet.',
  search: 'Search for one',
}
export type OrganizationWords = Readonly<Record<keyof typeof en, string>>
const ru: OrganizationWords = {
  register: 'Зарегистрировать организацию',
  hint: 'Сначала посмотрите, нет ли её здесь уже, может быть, под другим названием.',
  id: 'Её ID: малые латинские буквы, цифры и дефисы. Он не меняется никогда',
  name: 'Название',
  country: 'Страна, две буквы (KG)',
  alias: 'Другое название, которым пользуются',
  addAlias: 'Добавить другое название',
  rename: 'У неё новое название',
  newName: 'Новое название',
  from: 'С дня',
  correctName: 'Исправить написание названия',
  rightName: 'Название, как оно пишется верно',
  none: 'Организаций ещё нет.',
  search: 'Найти',
}
const ky: OrganizationWords = {
  register: 'Уюмду каттоо',
  hint: 'Алгач ал бул жерде бар-жогун караңыз, балким, башка аталыш менен.',
  id: 'Анын ID’си: кичине латын тамгалары, цифралар жана дефистер. Ал эч качан өзгөрбөйт',
  name: 'Аталышы',
  country: 'Өлкө, эки тамга (KG)',
  alias: 'Эл колдонгон башка аталышы',
  addAlias: 'Башка аталышын кошуу',
  rename: 'Анын жаңы аталышы бар',
  newName: 'Жаңы аталышы',
  from: 'Ушул күндөн',
  correctName: 'Аталышынын жазылышын оңдоо',
  rightName: 'Туура жазылган аталышы',
  none: 'Азырынча уюм жок.',
  search: 'Издөө',
}
export const ORGANIZATION_WORDS: Readonly<Record<Language, OrganizationWords>> = { ky, ru, en }
