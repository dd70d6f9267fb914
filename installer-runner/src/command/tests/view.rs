use super::*;
use crate::command::file_view;
use waybill_intune::view::FileView;
use waybill_system::Architecture;

fn view(view: View, machine: &FakeSystem) -> FileView {
    let perspective = Perspective { view, account: Account::System };
    let block = waybill_system::Device::environment(machine, perspective).unwrap();
    file_view(perspective, &block, machine)
}

#[test]
fn a_32_bit_program_is_led_elsewhere() {
    let view = view(View::Bits32, &FakeSystem::windows());
    for (asked, given) in [
        (r"C:\Windows\System32\x.exe", r"C:\Windows\SysWOW64\x.exe"),
        (r"c:\WINDOWS\SYSTEM32\a\x.exe", r"C:\Windows\SysWOW64\a\x.exe"),
        (r"C:\Windows\Sysnative\x.exe", r"C:\Windows\System32\x.exe"),
        (r"C:\Windows\SysWOW64\x.exe", r"C:\Windows\SysWOW64\x.exe"),
        (r"C:\Windows\System32\spool\x.exe", r"C:\Windows\System32\spool\x.exe"),
        (r"C:\Windows\System32\drivers\x.sys", r"C:\Windows\SysWOW64\drivers\x.sys"),
        (r"C:\Windows\System32\drivers\etc\hosts", r"C:\Windows\System32\drivers\etc\hosts"),
        (r"C:\Windows\regedit.exe", r"C:\Windows\SysWOW64\regedit.exe"),
        (r"C:\Windows\explorer.exe", r"C:\Windows\explorer.exe"),
        (r"C:\Windows\System320\x.exe", r"C:\Windows\System320\x.exe"),
        (r"C:\Other\System32\x.exe", r"C:\Other\System32\x.exe"),
        (r"D:\Windows\Sysnative\x.exe", r"D:\Windows\Sysnative\x.exe"),
    ] {
        assert_eq!(view.map(asked), given);
    }
    assert_eq!(view.system_folder(), r"C:\Windows\SysWOW64");
}

#[test]
fn a_64_bit_program_is_not() {
    let view = view(View::Bits64, &FakeSystem::windows());
    for path in [r"C:\Windows\System32\x.exe", r"C:\Windows\Sysnative\x.exe", r"C:\Windows\regedit.exe"] {
        assert_eq!(view.map(path), path);
    }
    assert_eq!(view.system_folder(), r"C:\Windows\System32");
    let right = Some(r"C:\Windows\System32\x.exe".to_owned());
    assert_eq!(view.without_sysnative(r"C:\Windows\sysnative\x.exe"), right);
}

#[test]
fn where_there_are_no_32_bit_programs_nothing_is_led_elsewhere() {
    let machine = FakeSystem::windows();
    machine.remove_file(r"C:\Windows\SysWOW64");
    let lone = view(View::Bits32, &machine);
    assert_eq!((lone.view(), lone.system_folder()), (View::Bits64, r"C:\Windows\System32".to_owned()));
    assert_eq!(lone.map(r"C:\Windows\Sysnative\x.exe"), r"C:\Windows\System32\x.exe");

    machine.set_device(|device| device.architecture = Some(Architecture::X86));
    let of_32_bit_windows = view(View::Bits32, &machine);
    assert_eq!(of_32_bit_windows.map(r"C:\Windows\Sysnative\x.exe"), r"C:\Windows\Sysnative\x.exe");
}
