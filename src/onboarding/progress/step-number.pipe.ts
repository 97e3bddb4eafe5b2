import { Injectable, type PipeTransform } from '@nestjs/common';
import { StepNotFound } from '../flow/flow.problems.js';
import { isStepNumber, type StepNumber } from '../flow/steps.js';

/** The step in a path: exactly one digit. */
@Injectable()
export class StepNumberPipe implements PipeTransform<string, StepNumber> {
  transform(value: string): StepNumber {
    const number = /^\d$/.test(value) ? Number(value) : null;
    if (!isStepNumber(number)) throw new StepNotFound();
    return number;
  }
}
