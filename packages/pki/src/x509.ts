// oxlint-disable-next-line import/no-unassigned-import -- the library's decorators need what it defines globally, before they load
import 'reflect-metadata';

export * as x509 from '@peculiar/x509';
