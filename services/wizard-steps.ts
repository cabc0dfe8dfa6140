export const wizardSteps = ['select', 'price', 'pay', 'follow'] as const
export type WizardStep = typeof wizardSteps[number]
